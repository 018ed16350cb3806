package com.millrace.metering;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;

public interface ReadingRepository extends JpaRepository<Reading, Long> {

    List<Reading> findByMeterIdAndTakenAtAfterOrderByTakenAt(Long meterId, Instant after);

    Optional<Reading> findFirstByMeterIdOrderByTakenAtDescIdDesc(Long meterId);
}
