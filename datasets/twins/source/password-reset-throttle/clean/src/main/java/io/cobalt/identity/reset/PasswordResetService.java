package io.cobalt.identity.reset;

import io.cobalt.identity.audit.AuditLog;
import io.cobalt.identity.users.User;
import io.cobalt.identity.users.UserStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets people who forgot their password choose a new one through a link sent by mail. */
public final class PasswordResetService {

    private static final Logger log = LoggerFactory.getLogger(PasswordResetService.class);

    private static final Duration LINK_LIFETIME = Duration.ofMinutes(30);
    private static final Duration WINDOW = Duration.ofHours(1);

    /** The most links that one user is sent within {@link #WINDOW}. */
    private static final int MAX_LINKS = 3;

    private final UserStore users;
    private final ResetTokens tokens;
    private final ResetMailer mailer;
    private final AuditLog audit;
    private final Clock clock;

    public PasswordResetService(
            UserStore users, ResetTokens tokens, ResetMailer mailer, AuditLog audit, Clock clock) {
        this.users = users;
        this.tokens = tokens;
        this.mailer = mailer;
        this.audit = audit;
        this.clock = clock;
    }

    /** Sends a link if the address is known; the caller cannot tell whether it was. */
    public void request(String email) {
        Optional<User> found = users.findByEmail(email);
        if (found.isEmpty()) {
            audit.record("password-reset.unknown-address", null);
            return;
        }
        User user = found.get();
        Instant now = clock.instant();
        int sent = tokens.countIssuedSince(user.id(), now.minus(WINDOW));
        if (sent >= MAX_LINKS) {
            audit.record("password-reset.throttled", user.id());
            return;
        }
        String token = tokens.issue(user.id(), now.plus(LINK_LIFETIME));
        mailer.sendLink(user, token);
        log.info("reset link mailed, user={} ({} in this window)", user.id(), sent + 1);
        audit.record("password-reset.requested", user.id());
    }

    /** Sets the new password; false if the link is unknown, used or expired. */
    public boolean confirm(String token, char[] newPassword) {
        Optional<ResetToken> redeemed = tokens.redeem(token, clock.instant());
        if (redeemed.isEmpty()) {
            audit.record("password-reset.rejected", null);
            return false;
        }
        String userId = redeemed.get().userId();
        users.setPassword(userId, newPassword);
        audit.record("password-reset.completed", userId);
        return true;
    }
}
