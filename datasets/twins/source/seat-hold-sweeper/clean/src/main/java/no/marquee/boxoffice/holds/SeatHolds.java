package no.marquee.boxoffice.holds;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Seats that are set aside while a customer fills in the order. The box office runs as one process, so the holds live
 * in memory; whoever has the hold may buy the seat without another check.
 */
@Component
public class SeatHolds {

    static final Duration HOLD_FOR = Duration.ofMinutes(8);

    public record SeatKey(long performanceId, String seat) {}

    private record Hold(String customerId, Instant expiresAt) {

        boolean expiredBy(Instant now) {
            return !expiresAt.isAfter(now);
        }

        boolean isOf(String customer) {
            return customerId.equals(customer);
        }
    }

    private final ConcurrentMap<SeatKey, Hold> holds = new ConcurrentHashMap<>();
    private final Clock clock;

    public SeatHolds(Clock clock) {
        this.clock = clock;
    }

    /** Sets the seat aside for the customer; false if somebody else has it. */
    public boolean take(SeatKey seat, String customerId) {
        Instant now = clock.instant();
        Hold wanted = new Hold(customerId, now.plus(HOLD_FOR));
        Hold held = holds.compute(
                seat,
                (key, current) ->
                        current == null || current.expiredBy(now) || current.isOf(customerId) ? wanted : current);
        return held == wanted;
    }

    /** When the customer's hold on the seat runs out, for the countdown of the order page; empty without a hold. */
    public Optional<Instant> heldUntil(SeatKey seat, String customerId) {
        Instant now = clock.instant();
        return Optional.ofNullable(holds.get(seat))
                .filter(hold -> hold.isOf(customerId) && !hold.expiredBy(now))
                .map(Hold::expiresAt);
    }

    /** Gives the seat back; does nothing if the customer does not have it. */
    public void giveBack(SeatKey seat, String customerId) {
        holds.computeIfPresent(seat, (key, current) -> current.isOf(customerId) ? null : current);
    }

    /** The seats of a performance that nobody else can take at the moment. */
    public Set<String> takenSeats(long performanceId) {
        Instant now = clock.instant();
        return holds.entrySet().stream()
                .filter(entry -> entry.getKey().performanceId() == performanceId)
                .filter(entry -> !entry.getValue().expiredBy(now))
                .map(entry -> entry.getKey().seat())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Removes the holds that have run out and returns the performances they belonged to. */
    Set<Long> releaseExpired() {
        Instant now = clock.instant();
        Set<Long> performances = new HashSet<>();
        for (Map.Entry<SeatKey, Hold> entry : holds.entrySet()) {
            SeatKey seat = entry.getKey();
            Hold hold = entry.getValue();
            if (hold.expiredBy(now) && holds.remove(seat, hold)) {
                performances.add(seat.performanceId());
            }
        }
        return performances;
    }

    /** Forgets all holds of a performance that is over. */
    void dropPerformance(long performanceId) {
        holds.keySet().removeIf(key -> key.performanceId() == performanceId);
    }
}
