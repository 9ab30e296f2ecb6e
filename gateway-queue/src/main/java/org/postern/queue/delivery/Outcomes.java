package org.postern.queue.delivery;

import java.util.LinkedHashMap;
import java.util.Map;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;

/** Makes outcomes and replies of our own. */
final class Outcomes {
    /** The longest text of ours in a reply; it is stored with each attempt. */
    private static final int MAX_TEXT = 400;

    private Outcomes() {}

    /** A reply of ours: printable, one line, bounded. */
    static SmtpReply reply(int code, String status, String text) {
        return SmtpReply.of(code, status, printable(text, MAX_TEXT));
    }

    /** A deferral by ourselves. */
    static RecipientOutcome deferred(String status, String text) {
        return new RecipientOutcome.Deferred(reply(451, status, text), false, false);
    }

    /** For who has nothing yet when the gateway stops. */
    static RecipientOutcome stopping() {
        return deferred("4.3.2", "the gateway stopped before the message was sent");
    }

    /** The same outcome for everybody. */
    static Map<Recipient, RecipientOutcome> forAll(
            Iterable<Recipient> recipients, RecipientOutcome outcome) {
        Map<Recipient, RecipientOutcome> out = new LinkedHashMap<>();
        for (Recipient r : recipients) {
            out.put(r, outcome);
        }
        return out;
    }

    /** The text with everything but printable ASCII replaced, cut at {@code max} characters. */
    static String printable(String text, int max) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), max));
        for (int i = 0; i < text.length() && i < max; i++) {
            char c = text.charAt(i);
            out.append(c == '\t' ? ' ' : c < 0x20 || c > 0x7e ? '?' : c);
        }
        return out.toString();
    }
}
