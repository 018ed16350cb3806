package eu.gridline.roaming.settlement;

import java.math.BigDecimal;

/**
 * One row of a partner's file: {@code session;energy;amount}, energy in whole Wh, amount in EUR. Partners write amounts
 * the way their software likes to: 7.50, 7.5 or 7.
 */
record SettlementLine(String sessionId, long energyWh, BigDecimal amount) {

    private static final int COLUMNS = 3;

    static SettlementLine parse(String row) {
        String[] fields = row.split(";");
        if (fields.length != COLUMNS) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns: " + row);
        }
        return new SettlementLine(
                fields[0].strip(), Long.parseLong(fields[1].strip()), new BigDecimal(fields[2].strip()));
    }
}
