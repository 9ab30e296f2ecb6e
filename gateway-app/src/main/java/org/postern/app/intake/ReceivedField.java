package org.postern.app.intake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.net.Ip;

/** Writes our Received trace field (RFC 5321, 4.4; "with" words of RFC 3848 and RFC 6531, 4.3). */
final class ReceivedField {
    // RFC 5322, 3.3: no obsolete zone names, always numeric
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9._-]+");

    private ReceivedField() {}

    /**
     * The field with its CRLF.
     *
     * @param helo the HELO name, already valid by grammar
     * @param client true client address
     * @param reverseName forward-confirmed name of the client, or null
     * @param hostname our name
     * @param protocol SMTP, ESMTP, ESMTPS, UTF8SMTP or UTF8SMTPS
     * @param tls TLS version and cipher for the comment, or null
     * @param onlyRecipient the recipient when there is just one; several are never shown together
     */
    static String of(
            String helo,
            InetAddress client,
            @Nullable String reverseName,
            String hostname,
            String protocol,
            @Nullable String tls,
            QueueId id,
            @Nullable EmailAddress onlyRecipient,
            Instant received) {
        StringBuilder out = new StringBuilder(320);
        out.append("Received: from ").append(helo).append(" (");
        if (reverseName != null) {
            out.append(reverseName).append(' ');
        }
        out.append(literal(client)).append(")\r\n");
        if (tls != null) {
            out.append("\t(").append(tls).append(")\r\n");
        }
        out.append("\tby ").append(hostname).append(" (Postern) with ").append(protocol);
        out.append(" id ").append(id);
        if (onlyRecipient != null) {
            out.append("\r\n\tfor <").append(onlyRecipient).append('>');
        }
        return out.append(";\r\n\t").append(DATE.format(received)).append("\r\n").toString();
    }

    /**
     * A name from DNS for the comment, or null where it holds anything but letters, digits, dots,
     * hyphens and underscores: a parenthesis in it would end the comment or swallow what follows.
     */
    static @Nullable String plainName(@Nullable String name) {
        return name != null && PLAIN_NAME.matcher(name).matches() ? name : null;
    }

    /** A HELO name for a field that must be ASCII (RFC 6531, 3.7.3): A-labels, else {@code ?}. */
    static String ascii(String helo) {
        if (helo.chars().allMatch(c -> c < 0x80)) {
            return helo;
        }
        try {
            return Domain.parse(helo).ascii();
        } catch (InvalidAddressException e) {
            return helo.replaceAll("[^\\x21-\\x7e]", "?");
        }
    }

    private static String literal(InetAddress address) {
        String text = Ip.text(address);
        return address instanceof Inet6Address ? "[IPv6:" + text + "]" : "[" + text + "]";
    }
}
