package org.postern.core.mail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of one accepted message (RFC 5321, 2.3.1), with the parameters that the next hop
 * must see again.
 *
 * @param reversePath the reverse-path
 * @param recipients the accepted recipients, in the order of their RCPT commands, at least one
 * @param body BODY= as given
 * @param smtpUtf8 whether SMTPUTF8 was given (RFC 6531)
 * @param requireTls whether REQUIRETLS was given (RFC 8689)
 * @param envelopeId ENVID= as given, xtext, or null (RFC 3461, 4.4)
 * @param dsnReturn RET= as given, or null (RFC 3461, 4.3)
 */
public record Envelope(
        ReversePath reversePath,
        List<Recipient> recipients,
        BodyType body,
        boolean smtpUtf8,
        boolean requireTls,
        @Nullable String envelopeId,
        @Nullable DsnReturn dsnReturn) {
    public Envelope {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("an envelope has at least one recipient");
        }
    }

    /** A plain envelope: 7BIT, no extensions. */
    public static Envelope of(ReversePath from, List<Recipient> recipients) {
        return new Envelope(from, recipients, BodyType.SEVEN_BIT, false, false, null, null);
    }
}
