package com.millrace.metering;

import com.millrace.metering.ReadingRepository.LastReading;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The overview a landlord sees of all meters in a portfolio, which can hold several thousand. */
@Service
public class PortfolioReport {

    static final Duration SILENT_AFTER = Duration.ofDays(3);

    /** One line of the overview; {@code lastReadingAt} is null for a meter that never reported. */
    public record Row(String serial, String address, boolean active, Instant lastReadingAt, boolean silent) {}

    private final MeterRepository meters;
    private final ReadingRepository readings;
    private final Clock clock;

    public PortfolioReport(MeterRepository meters, ReadingRepository readings, Clock clock) {
        this.meters = meters;
        this.readings = readings;
        this.clock = clock;
    }

    /** All meters of the portfolio in the order of their serial numbers. */
    @Transactional(readOnly = true)
    public List<Row> rows(long portfolioId) {
        Instant silentBefore = clock.instant().minus(SILENT_AFTER);
        Map<Long, Instant> lastByMeter = readings.findLastReadings(portfolioId).stream()
                .collect(Collectors.toMap(LastReading::meterId, LastReading::takenAt));
        return meters.findByPortfolioIdOrderBySerial(portfolioId).stream()
                .map(meter -> row(meter, lastByMeter.get(meter.getId()), silentBefore))
                .toList();
    }

    private static Row row(Meter meter, Instant last, Instant silentBefore) {
        boolean silent = meter.isActive() && (last == null || last.isBefore(silentBefore));
        return new Row(meter.getSerial(), meter.getAddress(), meter.isActive(), last, silent);
    }
}
