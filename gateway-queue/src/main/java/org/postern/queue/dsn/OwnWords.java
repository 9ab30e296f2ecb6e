package org.postern.queue.dsn;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.core.reply.SmtpReply;

/**
 * What the outside is told where the words are ours and not a server's. Ours name hosts, addresses
 * and paths for whoever reads the log; those are nobody's matter outside, so code and enhanced
 * status (RFC 3463) stay and the rest is one sentence for its subject.
 */
public final class OwnWords {
    private static final Pattern REPLY =
            Pattern.compile("([2-5][0-9]{2})(?: ([245]\\.([0-9]{1,3})\\.[0-9]{1,3}))?(?: .*)?");

    private OwnWords() {}

    /** For the reply to a client that waits. */
    public static SmtpReply outside(SmtpReply ours) {
        Matcher m = REPLY.matcher(ours.toString());
        String status = m.matches() ? m.group(2) : null;
        return status == null
                ? SmtpReply.of(ours.code(), sentence(ours.code() / 100, ""))
                : SmtpReply.of(ours.code(), status, sentence(ours.code() / 100, m.group(3)));
    }

    /** For a notice: a reply as logs show it; what is none is a person's word and stays. */
    static String outside(String ours) {
        Matcher m = REPLY.matcher(ours);
        if (!m.matches()) {
            return ours;
        }
        String status = m.group(2);
        String subject = m.group(3);
        return m.group(1)
                + (status == null ? "" : " " + status)
                + " "
                + sentence(ours.charAt(0) - '0', subject == null ? "" : subject);
    }

    private static String sentence(int kind, String subject) {
        if (kind == 2) {
            return "the message was delivered";
        }
        // RFC 3463, 3: the subject says where it went wrong
        return switch (subject) {
            case "1" -> "the address cannot be delivered to";
            case "3" -> "this mail system could not hand the message on";
            case "4" -> "the next server could not be reached, or did not answer";
            case "6" -> "the next server does not take what this message needs";
            case "7" -> "the message could not be handed on as securely as it must be";
            default -> "the message could not be handed on";
        };
    }
}
