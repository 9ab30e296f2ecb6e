package org.postern.queue.surgery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;

/**
 * A queued message as a file: fields {@code X-Postern-Export-…} with its envelope, then the message
 * as it is relayed. The same file can be queued again. Stateless.
 */
public final class Eml {
    private static final String PREFIX = "X-Postern-Export";
    private static final int MAX_FIELDS = 20_000;
    private static final int MAX_LINE = 4_096;
    private static final int BLOCK = 64 * 1024;

    private Eml() {}

    /**
     * What a file says of its message.
     *
     * @param id the queue id that it had, empty when it says none
     * @param meta envelope and origin, to be queued with
     */
    public record Header(String id, MessageMeta meta) {}

    /**
     * Writes an entry.
     *
     * @param message the message as it is relayed
     * @throws IOException if it cannot be read, or {@code out} cannot be written
     */
    public static void write(QueueEntry entry, MessageSource message, OutputStream out)
            throws IOException {
        Envelope e = entry.envelope();
        StringBuilder fields = new StringBuilder(512);
        field(fields, "", "1 id=" + entry.id());
        field(fields, "-From", "<" + e.reversePath() + ">");
        List<String> options = new ArrayList<>();
        if (e.body() == BodyType.EIGHT_BIT_MIME) {
            options.add("BODY=8BITMIME");
        }
        if (e.smtpUtf8()) {
            options.add("SMTPUTF8");
        }
        if (e.requireTls()) {
            options.add("REQUIRETLS");
        }
        if (e.dsnReturn() != null) {
            options.add("RET=" + e.dsnReturn());
        }
        if (e.envelopeId() != null) {
            options.add("ENVID=" + e.envelopeId());
        }
        if (!options.isEmpty()) {
            field(fields, "-Options", String.join(" ", options));
        }
        for (RecipientStatus r : entry.recipients()) {
            boolean over =
                    r.state() == RecipientState.DELIVERED || r.state() == RecipientState.BOUNCED;
            // who has it, or was told of, must not get it again
            field(fields, over ? "-Done" : "-To", recipient(r.recipient()));
        }
        field(fields, "-Client", entry.clientAddress() + " " + entry.helo());
        field(fields, "-Received", entry.received().toString());
        field(
                fields,
                "-Authenticated",
                SenderAuthentication.ofWord(
                                entry.notes().getOrDefault(SenderAuthentication.NOTE, ""))
                        .word());
        out.write(fields.toString().getBytes(StandardCharsets.UTF_8));
        try (InputStream in = message.open()) {
            in.transferTo(out);
        }
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(PREFIX).append(name).append(": ");
        value.chars().filter(c -> c >= ' ' && c != 0x7f).forEach(c -> out.append((char) c));
        out.append("\r\n");
    }

    private static String recipient(Recipient r) {
        StringBuilder out = new StringBuilder("<").append(r.address()).append('>');
        if (!r.dsnNotify().isEmpty()) {
            out.append(" NOTIFY=");
            out.append(
                    r.dsnNotify().stream()
                            .sorted()
                            .map(Enum::name)
                            .collect(Collectors.joining(",")));
        }
        if (r.originalRecipient() != null) {
            out.append(" ORCPT=").append(r.originalRecipient());
        }
        return out.toString();
    }

    /**
     * Reads the fields at the beginning, and leaves {@code in} at the message.
     *
     * @param in buffered: it is marked and reset
     * @param now when it is queued, where the file does not say when it was received
     * @throws SurgeryException if the file has no such fields, or what they say makes no sense
     * @throws IOException if it cannot be read
     */
    public static Header read(BufferedInputStream in, Instant now)
            throws SurgeryException, IOException {
        Map<String, List<String>> fields = new TreeMap<>();
        for (int i = 0; i < MAX_FIELDS; i++) {
            String line = line(in);
            if (line == null) {
                break;
            }
            int colon = line.indexOf(':');
            String name = line.substring(PREFIX.length(), Math.max(colon, PREFIX.length()));
            fields.computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        if (!fields.containsKey("-from") || !fields.containsKey("-to")) {
            throw new SurgeryException(
                    "the file does not begin with "
                            + PREFIX
                            + "-From and -To, as queue export writes them; give --from and --to");
        }
        try {
            return header(fields, now);
        } catch (InvalidAddressException | IllegalArgumentException | DateTimeException e) {
            throw new SurgeryException(
                    "the fields " + PREFIX + "-… make no sense: " + e.getMessage(), e);
        }
    }

    private static Header header(Map<String, List<String>> fields, Instant now)
            throws InvalidAddressException {
        String first = first(fields, "", "");
        int id = first.indexOf("id=");
        Set<String> options = Set.of(first(fields, "-options", "").split(" ", -1));
        DsnReturn dsnReturn = null;
        String envelopeId = null;
        for (String option : options) {
            if (option.startsWith("RET=")) {
                dsnReturn = DsnReturn.valueOf(option.substring(4));
            } else if (option.startsWith("ENVID=")) {
                envelopeId = option.substring(6);
            }
        }
        List<Recipient> to = new ArrayList<>();
        for (String one : fields.getOrDefault("-to", List.of())) {
            to.add(recipient(one));
        }
        String client = first(fields, "-client", "127.0.0.1 reinjected");
        int space = client.indexOf(' ');
        return new Header(
                id < 0 ? "" : first.substring(id + 3),
                new MessageMeta(
                        new Envelope(
                                ReversePath.parse(inBrackets(first(fields, "-from", "<>"))),
                                to,
                                options.contains("BODY=8BITMIME")
                                        ? BodyType.EIGHT_BIT_MIME
                                        : BodyType.SEVEN_BIT,
                                options.contains("SMTPUTF8"),
                                options.contains("REQUIRETLS"),
                                envelopeId,
                                dsnReturn),
                        fields.containsKey("-received")
                                ? Instant.parse(first(fields, "-received", ""))
                                : now,
                        space < 0 ? client : client.substring(0, space),
                        space < 0 ? "" : client.substring(space + 1),
                        new byte[0],
                        List.of(),
                        Map.of(
                                SenderAuthentication.NOTE,
                                SenderAuthentication.ofWord(first(fields, "-authenticated", ""))
                                        .word())));
    }

    private static String first(Map<String, List<String>> fields, String name, String other) {
        return fields.getOrDefault(name, List.of(other)).getFirst();
    }

    private static String inBrackets(String text) {
        int end = text.indexOf('>');
        if (!text.startsWith("<") || end < 0) {
            throw new IllegalArgumentException("no <address> in: " + text);
        }
        return text.substring(1, end);
    }

    private static Recipient recipient(String text) throws InvalidAddressException {
        Set<DsnNotify> notify = EnumSet.noneOf(DsnNotify.class);
        String original = null;
        for (String option : text.substring(text.indexOf('>') + 1).strip().split(" ", -1)) {
            if (option.startsWith("NOTIFY=")) {
                for (String word : option.substring(7).split(",", -1)) {
                    notify.add(DsnNotify.valueOf(word));
                }
            } else if (option.startsWith("ORCPT=")) {
                original = option.substring(6);
            }
        }
        return new Recipient(EmailAddress.parse(inBrackets(text)), notify, original);
    }

    /** The next line where it is one of ours, without its end; null leaves the stream before it. */
    private static @Nullable String line(BufferedInputStream in) throws IOException {
        in.mark(MAX_LINE);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int i = 0; i < MAX_LINE; i++) {
            int octet = in.read();
            if (octet < 0 || octet == '\n') {
                break;
            }
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
        if (text.startsWith(PREFIX) && text.indexOf(':') > 0) {
            return text;
        }
        in.reset();
        return null;
    }

    /**
     * Copies a message and makes every line end CRLF: files of people have others.
     *
     * @return whether it holds octets above 127
     */
    public static boolean copy(InputStream in, OctetSink out) throws IOException {
        byte[] block = new byte[BLOCK];
        byte[] fixed = new byte[2 * BLOCK];
        int last = 0;
        boolean eightBit = false;
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
            int kept = 0;
            for (int i = 0; i < n; i++) {
                byte octet = block[i];
                if (octet == '\n' && last != '\r') {
                    fixed[kept++] = '\r';
                } else if (octet != '\n' && last == '\r') {
                    fixed[kept++] = '\n';
                }
                fixed[kept++] = octet;
                last = octet;
                eightBit |= octet < 0;
            }
            out.write(fixed, 0, kept);
        }
        if (last == '\r') {
            out.write(new byte[] {'\n'}, 0, 1);
        }
        return eightBit;
    }

    /** Where octets go. */
    @FunctionalInterface
    public interface OctetSink {
        /** Takes a block. */
        void write(byte[] block, int offset, int length) throws IOException;
    }
}
