package io.cobalt.identity.reset;

import io.cobalt.identity.users.User;
import io.cobalt.identity.users.UserStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Lets people who forgot their password choose a new one through a link sent by mail. */
public final class PasswordResetService {

    private static final Duration LINK_LIFETIME = Duration.ofMinutes(30);

    private final UserStore users;
    private final ResetTokens tokens;
    private final ResetMailer mailer;
    private final Clock clock;

    public PasswordResetService(UserStore users, ResetTokens tokens, ResetMailer mailer, Clock clock) {
        this.users = users;
        this.tokens = tokens;
        this.mailer = mailer;
        this.clock = clock;
    }

    /** Sends a link if the address is known; the caller cannot tell whether it was. */
    public void request(String email) {
        Optional<User> found = users.findByEmail(email);
        if (found.isEmpty()) {
            return;
        }
        User user = found.get();
        String token = tokens.issue(user.id(), clock.instant().plus(LINK_LIFETIME));
        mailer.sendLink(user, token);
    }

    /** Sets the new password; false if the link is unknown, used or expired. */
    public boolean confirm(String token, char[] newPassword) {
        Optional<ResetToken> redeemed = tokens.redeem(token, clock.instant());
        if (redeemed.isEmpty()) {
            return false;
        }
        users.setPassword(redeemed.get().userId(), newPassword);
        return true;
    }
}
