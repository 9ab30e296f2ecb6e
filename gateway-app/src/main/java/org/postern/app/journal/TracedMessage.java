package org.postern.app.journal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message, or a refusal, as the journal has it.
 *
 * @param file name of the day's file
 * @param seq its number in there, the order in which things were told
 * @param at when
 * @param stage {@code connect}, {@code helo}, {@code mail}, {@code rcpt} or {@code data}
 * @param disposition {@code accepted}, {@code tagged}, {@code quarantined}, {@code rejected} or
 *     {@code deferred}
 * @param id its queue id, or null where it was not taken
 * @param client the true client's address
 * @param peer the other end of the socket
 * @param helo the name it gave, or empty
 * @param tls whether the session was encrypted
 * @param from the reverse-path, empty for the null one, or null before MAIL
 * @param to the recipients; the one refused at stage rcpt
 * @param rule name of the rule
 * @param reason reason code
 * @param revision of the configuration
 * @param size octets of content, 0 without any
 * @param evidence number of the row of table evidence, 0 without any
 * @param reply what the client was told, or empty for a plain 250
 * @param detail one line, or empty
 * @param observed what rules in mode observe would have done, or empty
 * @param subject the Subject, or empty
 * @param screening what it was looked at for beside authentication as JSON, or empty where nothing
 *     was asked
 */
public record TracedMessage(
        String file,
        long seq,
        Instant at,
        String stage,
        String disposition,
        @Nullable String id,
        String client,
        String peer,
        String helo,
        boolean tls,
        @Nullable String from,
        List<String> to,
        String rule,
        String reason,
        long revision,
        long size,
        int evidence,
        String reply,
        String detail,
        String observed,
        String subject,
        String screening) {
    public TracedMessage {
        to = List.copyOf(to);
    }

    /** What it was looked at for beside authentication; empty where nothing was asked. */
    public Optional<JsonNode> screened() {
        return ScreeningJson.parse(screening);
    }
}
