package com.millrace.metering;

import java.time.Instant;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.query.Param;

public interface ReadingRepository extends JpaRepository<Reading, Long> {

    /** When a meter last reported. */
    record LastReading(Long meterId, Instant takenAt) {}

    List<Reading> findByMeterIdAndTakenAtAfterOrderByTakenAt(Long meterId, Instant after);

    @Query("""
            select new com.millrace.metering.ReadingRepository$LastReading(m.id, max(r.takenAt))
            from Reading r join Meter m on m.id = r.meterId
            where m.portfolioId = :portfolioId
            group by m.id
            """)
    List<LastReading> findLastReadings(@Param("portfolioId") long portfolioId);
}
