package eu.gridline.roaming;

import eu.gridline.roaming.settlement.SettlementInbox;
import eu.gridline.roaming.tariffs.TariffImport;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Everything that runs by the clock. */
@Component
class RoamingJobs {

    private final TariffImport tariffs;
    private final SettlementInbox settlement;

    RoamingJobs(TariffImport tariffs, SettlementInbox settlement) {
        this.tariffs = tariffs;
        this.settlement = settlement;
    }

    @Scheduled(cron = "0 5 2 * * *", zone = "Europe/Brussels")
    void importTariffs() {
        tariffs.importAll();
    }

    @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void checkSettlements() throws IOException {
        settlement.checkWaiting();
    }
}
