package org.postern.smtp.session;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.ReversePath;

/** The parameters of MAIL: SIZE, BODY, SMTPUTF8, REQUIRETLS, RET, ENVID. */
final class MailParameters {
    private static final int MAX_ENVELOPE_ID = 100; // RFC 3461, 4.4
    private static final Set<String> KNOWN = Set.of("SIZE", "BODY", "SMTPUTF8", "RET", "ENVID");
    private static final Set<String> KNOWN_WITH_REQUIRETLS =
            Set.of("SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "REQUIRETLS");

    private MailParameters() {}

    static Command apply(ReversePath from, Parameters parameters, CommandParser.Offered offered) {
        Map<String, String> values = parameters.values();
        Command unknown =
                CommandParser.rejectUnknown(
                        "MAIL",
                        values,
                        offered.requireTls() ? KNOWN_WITH_REQUIRETLS : KNOWN,
                        offered);
        if (unknown != null) {
            return unknown;
        }
        String size = values.get("SIZE");
        long octets = size == null ? -1 : CommandParser.size(size);
        if (size != null && octets < 0) {
            return bad("SIZE must be a number of octets (RFC 1870, 5)");
        }
        String body = values.get("BODY");
        if (body != null && !isBodyType(body)) {
            return bad("BODY must be 7BIT or 8BITMIME (RFC 6152, 2)");
        }
        for (String flag : Set.of("SMTPUTF8", "REQUIRETLS")) {
            String value = values.get(flag);
            if (value != null && !value.isEmpty()) {
                return bad(flag + " takes no value");
            }
        }
        String ret = values.get("RET");
        if (ret != null && dsnReturn(ret) == null) {
            return bad("RET must be FULL or HDRS (RFC 3461, 4.3)");
        }
        String envelopeId = values.get("ENVID");
        if (envelopeId != null && !isEnvelopeId(envelopeId)) {
            return bad("ENVID must be 1 to 100 characters of xtext (RFC 3461, 4.4)");
        }
        return new Command.Mail(
                new MailRequest(
                        from,
                        body != null && Ascii.is("8BITMIME", body)
                                ? BodyType.EIGHT_BIT_MIME
                                : BodyType.SEVEN_BIT,
                        values.containsKey("SMTPUTF8"),
                        values.containsKey("REQUIRETLS"),
                        octets,
                        envelopeId,
                        ret == null ? null : dsnReturn(ret)));
    }

    private static Command bad(String text) {
        return CommandParser.faulty("MAIL", 501, "5.5.4", text);
    }

    private static boolean isBodyType(String s) {
        return Ascii.is("7BIT", s) || Ascii.is("8BITMIME", s);
    }

    private static @Nullable DsnReturn dsnReturn(String s) {
        if (Ascii.is("FULL", s)) {
            return DsnReturn.FULL;
        }
        return Ascii.is("HDRS", s) ? DsnReturn.HDRS : null;
    }

    private static boolean isEnvelopeId(String s) {
        return !s.isEmpty() && s.length() <= MAX_ENVELOPE_ID && Xtext.decode(s) != null;
    }
}
