package no.marquee.boxoffice.holds;

import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import no.marquee.boxoffice.calendar.PerformanceCalendar;
import no.marquee.boxoffice.seatmap.SeatMapFeed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Clears away holds that nobody needs any more. */
@Component
class HoldSweeper {

    private static final Logger log = LoggerFactory.getLogger(HoldSweeper.class);

    private final SeatHolds holds;
    private final SeatMapFeed feed;
    private final PerformanceCalendar calendar;
    private final Clock clock;

    HoldSweeper(SeatHolds holds, SeatMapFeed feed, PerformanceCalendar calendar, Clock clock) {
        this.holds = holds;
        this.feed = feed;
        this.calendar = calendar;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 20, timeUnit = TimeUnit.SECONDS)
    void releaseExpired() {
        Set<Long> performances = holds.releaseExpired();
        performances.forEach(feed::reload);
        if (!performances.isEmpty()) {
            log.info("holds ran out in {} performances", performances.size());
        }
    }

    @Scheduled(cron = "0 30 4 * * *", zone = "Europe/Oslo")
    void dropPastPerformances() {
        calendar.endedBefore(clock.instant()).forEach(holds::dropPerformance);
    }
}
