package org.postern.queue.dsn;

import jakarta.activation.DataHandler;
import jakarta.activation.DataSource;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.Domain;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;

/**
 * Writes notices: multipart/report with words for people, fields for programs and the original's
 * header, or the whole original where RET=FULL asks for it and it is small (RFC 3464, RFC 6522).
 *
 * <p>Immutable, thread-safe. How it fails: {@link IOException} if the original cannot be read.
 */
public final class NoticeWriter {
    /** The largest original that RET=FULL returns whole; of a larger one the header is enough. */
    static final int MAX_RETURNED = 1024 * 1024;

    /** The most of a header that is returned. */
    static final int MAX_HEADER = 64 * 1024;

    private static final Session SESSION = Session.getInstance(properties());

    private static Properties properties() {
        Properties properties = new Properties();
        // RFC 6532, 3.2: a header field of ours that names such an address is UTF-8
        properties.setProperty("mail.mime.allowutf8", "true");
        return properties;
    }

    private final Domain hostname;
    private final EmailAddress postmaster;
    private final TimeSource time;

    /**
     * @param hostname our name, the Reporting-MTA
     * @param postmaster whom people can write to; stands in From
     * @param time the clock for Date
     */
    public NoticeWriter(Domain hostname, EmailAddress postmaster, TimeSource time) {
        this.hostname = hostname;
        this.postmaster = postmaster;
        this.time = time;
    }

    /**
     * Writes a notice.
     *
     * @throws IOException if the original cannot be read
     */
    public Notice write(NoticeContent content) throws IOException {
        if (!(content.envelope().reversePath() instanceof ReversePath.Mailbox(EmailAddress to))) {
            throw new IllegalArgumentException("nobody to write to");
        }
        byte[] octets;
        try {
            octets = render(content, to);
        } catch (MessagingException e) {
            throw new IllegalStateException("a notice of our own making cannot be written", e);
        }
        boolean eightBit = !isSevenBit(octets);
        // RFC 3461, 6.1: a notice is sent with the null reverse-path, and asks for none itself
        Envelope envelope =
                new Envelope(
                        ReversePath.Null.INSTANCE,
                        List.of(new Recipient(to, Set.of(DsnNotify.NEVER), null)),
                        eightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                        !to.isAscii(),
                        false,
                        null,
                        null);
        return new Notice(envelope, new InMemory(octets));
    }

    private byte[] render(NoticeContent content, EmailAddress to)
            throws MessagingException, IOException {
        MimeMessage message = new NamedMessage("<notice." + content.id() + "@" + hostname + ">");
        message.setHeader("From", "Mail Delivery System <" + postmaster + ">");
        message.setHeader("To", "<" + to + ">");
        message.setSubject(NoticeText.subject(content.event()), "US-ASCII");
        message.setSentDate(Date.from(time.instant()));
        message.setHeader("Auto-Submitted", "auto-replied"); // RFC 3834, 3.1.7
        MimeMultipart report = new Report();
        MimeBodyPart words = new MimeBodyPart();
        words.setText(NoticeText.words(content, hostname, postmaster), "US-ASCII");
        report.addBodyPart(words);
        report.addBodyPart(
                part(
                        "message/delivery-status",
                        DeliveryStatus.fields(content, hostname)
                                .getBytes(StandardCharsets.US_ASCII)));
        report.addBodyPart(original(content));
        message.setContent(report);
        message.saveChanges();
        ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
        message.writeTo(out);
        return out.toByteArray();
    }

    private static MimeBodyPart original(NoticeContent content)
            throws IOException, MessagingException {
        MessageSource original = content.original();
        // RFC 3461, 4.3: without RET we choose, and choose the header
        boolean full =
                content.envelope().dsnReturn() == DsnReturn.FULL
                        && content.event() == NoticeEvent.FAILED
                        && original.size() <= MAX_RETURNED;
        try (InputStream in = original.open()) {
            if (full) {
                byte[] all = in.readNBytes(MAX_RETURNED);
                boolean global = content.envelope().smtpUtf8();
                return part(global ? "message/global" : "message/rfc822", all); // RFC 6533, 5
            }
            byte[] header = headerOf(in.readNBytes(MAX_HEADER));
            boolean global = !isSevenBit(header);
            return part(global ? "message/global-headers" : "text/rfc822-headers", header);
        }
    }

    /** The header section with its last CRLF, without the empty line. */
    private static byte[] headerOf(byte[] start) {
        for (int i = 0; i + 3 < start.length; i++) {
            if (start[i] == '\r'
                    && start[i + 1] == '\n'
                    && start[i + 2] == '\r'
                    && start[i + 3] == '\n') {
                return Arrays.copyOf(start, i + 2);
            }
        }
        return start;
    }

    private static boolean isSevenBit(byte[] octets) {
        for (byte b : octets) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static MimeBodyPart part(String type, byte[] octets) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setDataHandler(new DataHandler(new Octets(type, octets)));
        part.setHeader("Content-Type", type);
        // the original goes back as it came: message/* knows no other encoding (RFC 2046, 5.2)
        part.setHeader("Content-Transfer-Encoding", isSevenBit(octets) ? "7bit" : "8bit");
        return part;
    }

    /** A message with an id of our choosing. */
    private static final class NamedMessage extends MimeMessage {
        private final String name;

        NamedMessage(String name) {
            super(SESSION);
            this.name = name;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", name);
        }
    }

    /** multipart/report with its report-type (RFC 6522, 3). */
    private static final class Report extends MimeMultipart {
        Report() throws MessagingException {
            super("report");
            ContentType type = new ContentType(contentType);
            type.setParameter("report-type", "delivery-status");
            contentType = type.toString();
        }
    }

    /** Octets that nobody encodes. */
    private static final class Octets implements DataSource {
        private final String type;
        private final byte[] octets;

        Octets(String type, byte[] octets) {
            this.type = type;
            this.octets = octets;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(octets);
        }

        @Override
        public OutputStream getOutputStream() {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public String getContentType() {
            return type;
        }

        @Override
        public String getName() {
            return "";
        }
    }

    /** A message held in memory: notices are small. */
    private static final class InMemory implements MessageSource {
        private final byte[] octets;

        InMemory(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }
}
