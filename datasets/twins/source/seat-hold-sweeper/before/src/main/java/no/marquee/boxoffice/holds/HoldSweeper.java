package no.marquee.boxoffice.holds;

import java.time.Clock;
import no.marquee.boxoffice.calendar.PerformanceCalendar;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Clears away holds that nobody needs any more. */
@Component
class HoldSweeper {

    private final SeatHolds holds;
    private final PerformanceCalendar calendar;
    private final Clock clock;

    HoldSweeper(SeatHolds holds, PerformanceCalendar calendar, Clock clock) {
        this.holds = holds;
        this.calendar = calendar;
        this.clock = clock;
    }

    @Scheduled(cron = "0 30 4 * * *", zone = "Europe/Oslo")
    void dropPastPerformances() {
        calendar.endedBefore(clock.instant()).forEach(holds::dropPerformance);
    }
}
