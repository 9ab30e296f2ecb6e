package org.postern.queue.dsn;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Recipient;

/**
 * One recipient that a notice is about.
 *
 * @param recipient who
 * @param reply the last reply as logs show it, {@code 550 5.1.1 text}, or empty
 * @param fromDownstream whether that reply came from another server
 * @param lastAttempt when that was, or null
 */
public record NoticedRecipient(
        Recipient recipient, String reply, boolean fromDownstream, @Nullable Instant lastAttempt) {
    private static final Pattern REPLY =
            Pattern.compile("([2-5])[0-9]{2}(?: ([245]\\.[0-9]{1,3}\\.[0-9]{1,3}))?(?: .*)?");

    /**
     * One by its last reply.
     *
     * @param ours whether its words are ours: then the outside is told other ones
     */
    public static NoticedRecipient of(
            Recipient recipient, String reply, boolean ours, @Nullable Instant lastAttempt) {
        return new NoticedRecipient(
                recipient, ours ? OwnWords.outside(reply) : reply, !ours, lastAttempt);
    }

    /**
     * The Status field (RFC 3464, 2.3.4): the reply's enhanced status where it has one, else the
     * class of its code, else that of the event.
     */
    String status(NoticeEvent event) {
        Matcher m = REPLY.matcher(reply);
        if (m.matches()) {
            String enhanced = m.group(2);
            return enhanced != null ? enhanced : m.group(1) + ".0.0";
        }
        return switch (event) {
            case FAILED -> "5.0.0";
            case DELAYED -> "4.0.0";
            case DELIVERED, RELAYED -> "2.0.0";
        };
    }
}
