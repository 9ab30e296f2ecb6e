package org.postern.queue.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;

/**
 * Writes XFORWARD, MAIL and RCPT for one message towards one server, and says what cannot be sent
 * there at all. Nothing is ever re-encoded: what a server does not take as it is, it does not get.
 */
final class EnvelopeCommands {
    private final Connection connection;
    private final DeliveryRequest request;
    private final boolean declareEightBit;
    private final boolean declareUtf8;

    private EnvelopeCommands(
            Connection connection,
            DeliveryRequest request,
            boolean declareEightBit,
            boolean declareUtf8) {
        this.connection = connection;
        this.request = request;
        this.declareEightBit = declareEightBit;
        this.declareUtf8 = declareUtf8;
    }

    /**
     * Compares the message with what the server offers.
     *
     * @throws RelayException with a permanent failure for all recipients, if it cannot go there
     * @throws ContentException if the message had to be read for that, and could not be
     */
    static EnvelopeCommands plan(Connection connection, DeliveryRequest request)
            throws RelayException, ContentException {
        Envelope envelope = request.envelope();
        Extensions offered = connection.extensions();
        long size = request.content().size();
        if (offered.maxSize() > 0 && size > offered.maxSize()) {
            // RFC 1870, 6.2: the client may give up at once
            throw never(
                    552,
                    "5.3.4",
                    "the message has "
                            + size
                            + " octets, "
                            + connection.peer()
                            + " takes at most "
                            + offered.maxSize());
        }
        if (envelope.requireTls()) {
            requireTls(connection);
        }
        boolean eightBit = envelope.body() == BodyType.EIGHT_BIT_MIME;
        boolean needsScan =
                (eightBit && !offered.eightBitMime())
                        || (envelope.smtpUtf8() && !offered.smtpUtf8());
        if (needsScan) {
            ContentScan scan = ContentScan.of(request.content());
            refuseWhatIsNotOffered(connection, envelope, scan);
        }
        if (!offered.smtpUtf8() && !isAscii(envelope.reversePath())) {
            // RFC 6531, 3.2: an internationalised address must not be sent there
            throw never(
                    550, "5.6.7", connection.peer() + " takes no internationalised sender address");
        }
        return new EnvelopeCommands(
                connection,
                request,
                eightBit && offered.eightBitMime(),
                offered.smtpUtf8() && envelope.smtpUtf8());
    }

    private static void refuseWhatIsNotOffered(
            Connection connection, Envelope envelope, ContentScan scan) throws RelayException {
        Extensions offered = connection.extensions();
        if (envelope.smtpUtf8() && !offered.smtpUtf8() && scan.eightBitHeader()) {
            // RFC 6531, 3.2, and the code of its 4.2: no mail with UTF-8 headers without SMTPUTF8
            throw never(
                    554, "5.6.9", connection.peer() + " takes no message with UTF-8 in its header");
        }
        boolean eightBit = scan.eightBitText() || scan.eightBitHeader();
        if (envelope.body() == BodyType.EIGHT_BIT_MIME && !offered.eightBitMime() && eightBit) {
            // RFC 6152, 3: convert, or fail; we never convert
            throw never(
                    554,
                    "5.6.3",
                    connection.peer() + " takes no 8-bit text, which this message is");
        }
    }

    private static void requireTls(Connection connection) throws RelayException {
        if (!connection.isPrivate()) {
            throw never(
                    550,
                    "5.7.10",
                    "the sender requires TLS, and the connection to "
                            + connection.peer()
                            + " is not encrypted to a verified peer");
        }
        boolean relays = connection.dialect() == Dialect.SMTP;
        if (relays && !connection.extensions().requireTls()) {
            // RFC 8689, 4.2.1: the next hop must promise the same
            throw never(550, "5.7.30", connection.peer() + " does not support REQUIRETLS");
        }
    }

    private static RelayException never(int code, String status, String text) {
        return new RelayException(
                Step.MAIL, new RecipientOutcome.Failed(Outcomes.reply(code, status, text), false));
    }

    private static boolean isAscii(ReversePath path) {
        return switch (path) {
            case ReversePath.Null _ -> true;
            case ReversePath.Mailbox(EmailAddress address) -> address.isAscii();
        };
    }

    /** Why this recipient cannot be named to this server, or null where it can. */
    RecipientOutcome.@Nullable Failed refused(Recipient recipient) {
        if (recipient.address().isAscii() || connection.extensions().smtpUtf8()) {
            return null;
        }
        return new RecipientOutcome.Failed(
                Outcomes.reply(
                        550,
                        "5.6.7",
                        connection.peer() + " takes no internationalised recipient address"),
                false);
    }

    /** MAIL with every parameter that the server takes. */
    String mail() {
        Envelope envelope = request.envelope();
        Extensions offered = connection.extensions();
        StringBuilder out = new StringBuilder(120);
        out.append("MAIL FROM:<").append(envelope.reversePath()).append('>');
        if (offered.size()) {
            out.append(" SIZE=").append(request.content().size()); // RFC 1870, 5
        }
        if (declareEightBit) {
            out.append(" BODY=8BITMIME"); // RFC 6152, 2
        }
        if (declareUtf8) {
            out.append(" SMTPUTF8"); // RFC 6531, 3.4
        }
        if (envelope.requireTls() && offered.requireTls()) {
            out.append(" REQUIRETLS"); // RFC 8689, 2
        }
        if (offered.dsn()) {
            DsnReturn dsnReturn = envelope.dsnReturn();
            if (dsnReturn != null) {
                out.append(" RET=").append(dsnReturn); // RFC 3461, 4.3
            }
            if (envelope.envelopeId() != null) {
                out.append(" ENVID=").append(envelope.envelopeId()); // RFC 3461, 4.4
            }
        }
        return line(out);
    }

    /** RCPT with every parameter that the server takes. */
    String rcpt(Recipient recipient) {
        StringBuilder out = new StringBuilder(80);
        out.append("RCPT TO:<").append(recipient.address()).append('>');
        if (connection.extensions().dsn()) {
            if (!recipient.dsnNotify().isEmpty()) {
                out.append(" NOTIFY="); // RFC 3461, 4.1
                out.append(
                        recipient.dsnNotify().stream()
                                .sorted()
                                .map(n -> n.name().toUpperCase(Locale.ROOT))
                                .collect(Collectors.joining(",")));
            }
            if (recipient.originalRecipient() != null) {
                out.append(" ORCPT=").append(recipient.originalRecipient()); // RFC 3461, 4.2
            }
        }
        return line(out);
    }

    /** XFORWARD lines with those attributes that the server takes; none where it takes none. */
    List<String> xforward() {
        MessageOrigin origin = request.origin();
        Set<String> accepted = connection.extensions().xforward();
        if (origin == null || accepted.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(2);
        // two lines, because one with everything could exceed the 512 octets of a command
        StringBuilder out = new StringBuilder("XFORWARD");
        ClientAttributes.add(out, accepted, "ADDR", ClientAttributes.address(origin));
        ClientAttributes.add(out, accepted, "NAME", origin.name());
        addIfFilled(lines, out);
        out = new StringBuilder("XFORWARD");
        ClientAttributes.add(out, accepted, "HELO", origin.helo());
        ClientAttributes.add(out, accepted, "PROTO", "ESMTP");
        ClientAttributes.add(out, accepted, "SOURCE", "REMOTE");
        ClientAttributes.add(out, accepted, "IDENT", request.id().toString());
        addIfFilled(lines, out);
        return lines;
    }

    private static void addIfFilled(List<String> lines, StringBuilder out) {
        if (out.indexOf("=") >= 0) {
            lines.add(line(out));
        }
    }

    private static String line(StringBuilder out) {
        return out.append("\r\n").toString();
    }
}
