package eu.gridline.roaming.settlement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Compares what a partner bills for our drivers with what we know about their sessions. */
@Service
public class SettlementCheck {

    private static final String HEADER = "session;";

    /** A session that we see differently, and what is different. */
    public record Discrepancy(String sessionId, String reason) {}

    private final SessionStore sessions;

    public SettlementCheck(SessionStore sessions) {
        this.sessions = sessions;
    }

    /** The discrepancies of one file, in the order of its rows; empty if the bill may be paid. */
    public List<Discrepancy> check(Path file) throws IOException {
        List<Discrepancy> found = new ArrayList<>();
        for (String row : Files.readAllLines(file)) {
            if (row.isBlank() || row.startsWith(HEADER)) {
                continue;
            }
            compare(SettlementLine.parse(row)).ifPresent(found::add);
        }
        return found;
    }

    private Optional<Discrepancy> compare(SettlementLine line) {
        Optional<Session> known = sessions.byPartnerSessionId(line.sessionId());
        if (known.isEmpty()) {
            return Optional.of(new Discrepancy(line.sessionId(), "unknown session"));
        }
        Session session = known.get();
        if (session.energyWh() != line.energyWh()) {
            return Optional.of(new Discrepancy(line.sessionId(), "energy"));
        }
        if (line.amount().compareTo(session.price()) != 0) {
            String reason = "billed " + line.amount() + ", agreed " + session.price();
            return Optional.of(new Discrepancy(line.sessionId(), reason));
        }
        return Optional.empty();
    }
}
