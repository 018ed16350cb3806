package com.millrace.metering;

import java.time.Instant;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

public interface ReadingRepository extends JpaRepository<Reading, Long> {

    List<Reading> findByMeterIdAndTakenAtAfterOrderByTakenAt(Long meterId, Instant after);
}
