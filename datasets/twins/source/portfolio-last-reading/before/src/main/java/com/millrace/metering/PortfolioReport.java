package com.millrace.metering;

import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The overview a landlord sees of all meters in a portfolio, which can hold several thousand. */
@Service
public class PortfolioReport {

    /** One line of the overview. */
    public record Row(String serial, String address, boolean active) {}

    private final MeterRepository meters;

    public PortfolioReport(MeterRepository meters) {
        this.meters = meters;
    }

    /** All meters of the portfolio in the order of their serial numbers. */
    @Transactional(readOnly = true)
    public List<Row> rows(long portfolioId) {
        return meters.findByPortfolioIdOrderBySerial(portfolioId).stream()
                .map(meter -> new Row(meter.getSerial(), meter.getAddress(), meter.isActive()))
                .toList();
    }
}
