package eu.gridline.roaming;

import eu.gridline.roaming.tariffs.TariffImport;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Everything that runs by the clock. */
@Component
class RoamingJobs {

    private final TariffImport tariffs;

    RoamingJobs(TariffImport tariffs) {
        this.tariffs = tariffs;
    }

    @Scheduled(cron = "0 5 2 * * *", zone = "Europe/Brussels")
    void importTariffs() {
        tariffs.importAll();
    }
}
