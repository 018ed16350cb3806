package eu.gridline.roaming.settlement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/**
 * The folder in which the SFTP server puts the partners' files. A complete upload is renamed to the partner and the
 * second of its arrival, such as volta-20250301T091502.csv, so no name comes twice.
 */
@Service
public class SettlementInbox {

    private static final Logger log = LoggerFactory.getLogger(SettlementInbox.class);

    private final Path inbox;
    private final Path checked;
    private final SettlementCheck check;
    private final DiscrepancyReports reports;

    public SettlementInbox(
            @Value("${roaming.settlement.inbox}") Path inbox,
            @Value("${roaming.settlement.checked}") Path checked,
            SettlementCheck check,
            DiscrepancyReports reports) {
        this.inbox = inbox;
        this.checked = checked;
        this.check = check;
        this.reports = reports;
    }

    /** Checks the waiting files; one that cannot be read stays where it is and does not stop the others. */
    public void checkWaiting() throws IOException {
        for (Path file : waitingFiles()) {
            String name = file.getFileName().toString();
            try {
                reports.publish(name, check.check(file));
                Files.move(file, checked.resolve(name));
            } catch (IOException | RuntimeException e) {
                log.error("settlement file {} could not be checked", name, e);
            }
        }
    }

    private List<Path> waitingFiles() throws IOException {
        Stream<Path> entries = Files.list(inbox);
        return entries.filter(path -> path.toString().endsWith(".csv")).sorted().toList();
    }
}
