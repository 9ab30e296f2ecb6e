package org.postern.app.impact;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.core.mail.EmailAddress;

/**
 * A notice with gaps: header fields Subject and, if wanted, From and Reply-To, an empty line, and a
 * text. Immutable.
 */
final class NoticeTemplate {
    private static final Session SESSION = Session.getInstance(new Properties());
    private static final Pattern GAP = Pattern.compile("\\$\\{([^}]*)}");
    private static final int MAX_OCTETS = 64 * 1_024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Map<String, String> fields;
    private final String text;

    private NoticeTemplate(Map<String, String> fields, String text) {
        this.fields = fields;
        this.text = text;
    }

    /**
     * What fills the gaps of one notice.
     *
     * @param recipient to whom
     * @param count messages that hit them
     * @param first the first of these
     * @param last the last of these
     * @param hostname our name
     */
    record Gaps(EmailAddress recipient, long count, Instant first, Instant last, String hostname) {
        private String value(String name) {
            return switch (name) {
                case "recipient" -> recipient.toString();
                case "count" -> String.valueOf(count);
                case "first" -> TIME.format(first);
                case "last" -> TIME.format(last);
                case "hostname" -> hostname;
                default -> throw new IllegalStateException("checked when the template was read");
            };
        }
    }

    /**
     * Reads a template.
     *
     * @throws NoticeException with the line that is wrong and what is allowed
     */
    static NoticeTemplate parse(String source) throws NoticeException {
        if (source.length() > MAX_OCTETS) {
            throw new NoticeException("the template is longer than 64 KB");
        }
        String plain = source.replace("\r\n", "\n");
        int end = plain.indexOf("\n\n");
        if (end < 0) {
            throw new NoticeException(
                    "the template has no empty line after its header fields, Subject among them");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : plain.substring(0, end).split("\n", -1)) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (!name.equals("subject") && !name.equals("from") && !name.equals("reply-to")) {
                throw new NoticeException(
                        "the template's header may have Subject, From and Reply-To, found: "
                                + line);
            }
            fields.put(name, line.substring(colon + 1).strip());
        }
        if (fields.getOrDefault("subject", "").isEmpty()) {
            throw new NoticeException("the template has no Subject");
        }
        Matcher gap = GAP.matcher(plain);
        while (gap.find()) {
            if (!gap.group(1).matches("recipient|count|first|last|hostname")) {
                throw new NoticeException(
                        "the template has ${"
                                + gap.group(1)
                                + "}; known are ${recipient}, ${count}, ${first}, ${last},"
                                + " ${hostname}");
            }
        }
        NoticeTemplate template = new NoticeTemplate(fields, plain.substring(end + 2));
        template.checkAddresses();
        return template;
    }

    private void checkAddresses() throws NoticeException {
        for (String name : new String[] {"from", "reply-to"}) {
            String value = fields.get(name);
            try {
                if (value != null && InternetAddress.parse(value, true).length != 1) {
                    throw new NoticeException("the template's " + name + " needs one address");
                }
            } catch (AddressException e) {
                throw new NoticeException(
                        "the template's " + name + ": " + value + ": " + e.getMessage(), e);
            }
        }
    }

    private static String fill(String text, Gaps gaps) {
        return GAP.matcher(text).replaceAll(m -> Matcher.quoteReplacement(gaps.value(m.group(1))));
    }

    /** The notice, CRLF, from postmaster of the recipient's domain where no From is given. */
    byte[] render(Gaps gaps, Instant now) throws IOException {
        try {
            String domain = gaps.recipient().host().ascii();
            MimeMessage message =
                    new MimeMessage(SESSION) {
                        @Override
                        protected void updateMessageID() throws MessagingException {
                            setHeader(
                                    "Message-ID",
                                    "<" + UUID.randomUUID() + "@" + gaps.hostname() + ">");
                        }
                    };
            message.setHeader(
                    "From", fields.getOrDefault("from", "Postmaster <postmaster@" + domain + ">"));
            if (fields.containsKey("reply-to")) {
                message.setHeader("Reply-To", fields.get("reply-to"));
            }
            message.setHeader("To", "<" + gaps.recipient() + ">");
            message.setSubject(fill(fields.getOrDefault("subject", ""), gaps), "UTF-8");
            message.setSentDate(Date.from(now));
            message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834, 5
            message.setText(fill(text, gaps), "UTF-8");
            message.saveChanges();
            ByteArrayOutputStream out = new ByteArrayOutputStream(2_048);
            message.writeTo(out);
            return out.toByteArray();
        } catch (MessagingException e) {
            throw new IOException("the notice cannot be written: " + e.getMessage(), e);
        }
    }

    /** The same as text, for a plan's sample. */
    String sample(Gaps gaps, Instant now) throws IOException {
        return new String(render(gaps, now), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
