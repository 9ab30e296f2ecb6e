package org.postern.queue.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.Domain;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;

/** What a notice looks like on the wire, and to a program that reads it. */
class NoticeWriterTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final String ORIGINAL =
            "Subject: =?utf-8?q?h=C3=A9?=\r\nFrom: a@example.org\r\n\r\nGr\u00fc\u00dfe\r\n.\r\n";

    private final NoticeWriter writer =
            new NoticeWriter(
                    Domain.of("mx.example.net"),
                    EmailAddress.of("postmaster@example.net"),
                    new ManualTimeSource(NOW));

    private static MessageSource source(String text) {
        byte[] octets = text.getBytes(UTF_8);
        return new MessageSource() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
    }

    private static NoticeContent failure(
            @Nullable DsnReturn dsnReturn, String address, String original) {
        Recipient recipient =
                new Recipient(
                        EmailAddress.of(address),
                        Set.of(DsnNotify.FAILURE),
                        "rfc822;Ann+2BOrders@example.net");
        Envelope envelope =
                new Envelope(
                        ReversePath.of(EmailAddress.of("sender@example.org")),
                        List.of(recipient),
                        BodyType.EIGHT_BIT_MIME,
                        false,
                        false,
                        "QQ+3D1",
                        dsnReturn);
        return new NoticeContent(
                NoticeEvent.FAILED,
                new QueueId(4711),
                envelope,
                NOW.minusSeconds(90),
                List.of(
                        new NoticedRecipient(
                                recipient,
                                "550 5.1.1 <ann@example.net> no such user\u0007",
                                true,
                                NOW)),
                null,
                source(original));
    }

    private static String text(Notice notice) throws IOException {
        try (InputStream in = notice.content().open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void aFailureIsAReportOfThreeParts() throws Exception {
        Notice notice = writer.write(failure(null, "ann@example.net", ORIGINAL));
        assertThat(notice.envelope().reversePath().isNull()).isTrue();
        assertThat(notice.envelope().recipients())
                .containsExactly(
                        new Recipient(
                                EmailAddress.of("sender@example.org"),
                                Set.of(DsnNotify.NEVER),
                                null));
        assertThat(notice.envelope().body()).isEqualTo(BodyType.SEVEN_BIT);
        MimeMessage message =
                new MimeMessage(Session.getInstance(new Properties()), notice.content().open());
        assertThat(message.getContentType())
                .startsWith("multipart/report")
                .contains("report-type=delivery-status");
        assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-replied");
        assertThat(message.getMessageID()).isEqualTo("<notice.4K7@mx.example.net>");
        assertThat(message.getHeader("Date", null)).startsWith("Sat, 21 Nov 2026");
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getCount()).isEqualTo(3);
        assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
        assertThat(parts.getBodyPart(1).getContentType()).isEqualTo("message/delivery-status");
        assertThat(parts.getBodyPart(2).getContentType()).isEqualTo("text/rfc822-headers");
    }

    @Test
    void theFieldsForProgramsAreThoseOfRfc3464() throws Exception {
        assertThat(text(writer.write(failure(null, "ann@example.net", ORIGINAL))))
                .contains(
                        "Original-Envelope-Id: QQ=1\r\n"
                                + "Reporting-MTA: dns; mx.example.net\r\n"
                                + "Arrival-Date: Sat, 21 Nov 2026 09:58:30 +0000\r\n"
                                + "\r\n"
                                + "Original-Recipient: rfc822; Ann+Orders@example.net\r\n"
                                + "Final-Recipient: rfc822; ann@example.net\r\n"
                                + "Action: failed\r\n"
                                + "Status: 5.1.1\r\n"
                                + "Diagnostic-Code: smtp; 550 5.1.1 <ann@example.net> no such"
                                + " user?\r\n"
                                + "Last-Attempt-Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n");
    }

    @Test
    void withoutRetOnlyTheHeaderGoesBack() throws Exception {
        assertThat(text(writer.write(failure(null, "ann@example.net", ORIGINAL))))
                .contains("From: a@example.org\r\n")
                .doesNotContain("Gr\u00fc\u00dfe");
    }

    @Test
    void retFullGivesTheMessageBackOctetByOctet() throws Exception {
        Notice notice = writer.write(failure(DsnReturn.FULL, "ann@example.net", ORIGINAL));
        assertThat(text(notice))
                .contains("Content-Type: message/rfc822\r\n")
                .contains("Content-Transfer-Encoding: 8bit\r\n")
                .contains("\r\n\r\n" + ORIGINAL);
        assertThat(notice.envelope().body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
    }

    @Test
    void aLargeMessageIsNotGivenBackWhole() throws Exception {
        String large = "a: b\r\n\r\n" + "x".repeat(NoticeWriter.MAX_RETURNED) + "\r\n";
        assertThat(text(writer.write(failure(DsnReturn.FULL, "ann@example.net", large))).length())
                .isLessThan(5_000);
    }

    @Test
    void anInternationalisedRecipientIsNamedInSevenBits() throws Exception {
        assertThat(text(writer.write(failure(null, "j\u00fcrgen@example.net", ORIGINAL))))
                .contains("Final-Recipient: utf-8; j\\x{FC}rgen@example.net\r\n");
    }

    @Test
    void anInternationalisedSenderStandsInTheHeaderAsUtf8AndTheEnvelopeSaysSo() throws Exception {
        NoticeContent about = failure(null, "ann@example.net", ORIGINAL);
        Envelope of = about.envelope();
        Notice notice =
                writer.write(
                        new NoticeContent(
                                NoticeEvent.FAILED,
                                about.id(),
                                new Envelope(
                                        ReversePath.of(
                                                EmailAddress.of("j\u00f6rg@b\u00fccher.example")),
                                        of.recipients(),
                                        of.body(),
                                        true,
                                        false,
                                        null,
                                        null),
                                about.received(),
                                about.recipients(),
                                null,
                                about.original()));
        assertThat(text(notice)).contains("To: <j\u00f6rg@");
        assertThat(notice.envelope().smtpUtf8()).isTrue();
        assertThat(notice.envelope().body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
    }

    @Test
    void everyLineEndsWithCrlf() throws Exception {
        String text = text(writer.write(failure(DsnReturn.FULL, "ann@example.net", ORIGINAL)));
        assertThat(text.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }
}
