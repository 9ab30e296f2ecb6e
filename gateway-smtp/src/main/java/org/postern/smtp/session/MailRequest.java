package org.postern.smtp.session;

import org.jspecify.annotations.Nullable;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.ReversePath;

/**
 * A MAIL command of good form (RFC 5321, 4.1.1.2) with its parameters.
 *
 * @param reversePath FROM
 * @param body BODY= (RFC 6152), 7BIT when not given
 * @param smtpUtf8 whether SMTPUTF8 was given (RFC 6531, 3.4)
 * @param requireTls whether REQUIRETLS was given (RFC 8689)
 * @param size SIZE= in octets (RFC 1870), -1 when not given
 * @param envelopeId ENVID=, xtext as given (RFC 3461, 4.4)
 * @param dsnReturn RET= (RFC 3461, 4.3)
 */
public record MailRequest(
        ReversePath reversePath,
        BodyType body,
        boolean smtpUtf8,
        boolean requireTls,
        long size,
        @Nullable String envelopeId,
        @Nullable DsnReturn dsnReturn) {
    /** A plain request without parameters. */
    public static MailRequest of(ReversePath from) {
        return new MailRequest(from, BodyType.SEVEN_BIT, false, false, -1, null, null);
    }
}
