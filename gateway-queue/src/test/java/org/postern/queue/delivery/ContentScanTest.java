package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;
import static org.postern.queue.delivery.Fixtures.source;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/** What goes to a downstream that lacks 8BITMIME or SMTPUTF8, and what does not. */
class ContentScanTest {
    private static final Recipient JUERGEN =
            Recipient.of(EmailAddress.of("j\u00fcrgen@example.net"));
    private static final String PLAIN = "Subject: a\r\n\r\nb\r\n";
    private static final String EIGHT_BIT = "Subject: a\r\n\r\nGr\u00fc\u00dfe\r\n";
    private static final String UTF8_HEADER = "Subject: Gr\u00fc\u00dfe\r\n\r\nb\r\n";

    private static ContentScan scan(String content) throws ContentException {
        return ContentScan.of(source(content.getBytes(UTF_8)));
    }

    @Test
    void textAndHeadersAreToldApart() throws Exception {
        assertThat(scan(PLAIN)).isEqualTo(new ContentScan(false, false));
        assertThat(scan(EIGHT_BIT)).isEqualTo(new ContentScan(true, false));
        assertThat(scan(UTF8_HEADER)).isEqualTo(new ContentScan(false, true));
        assertThat(scan("a: b\r\n\r\n--x\r\nname: \u00fc\r\n\r\nb\r\n--x--\r\n"))
                .as("a part's header")
                .isEqualTo(new ContentScan(false, true));
        assertThat(scan("a: b\r\n\r\n-\r\n\u00fc\r\n")).isEqualTo(new ContentScan(true, false));
    }

    private static DeliveryReport deliver(
            BodyType body, boolean utf8, String content, Recipient... to) throws Exception {
        Envelope envelope =
                new Envelope(
                        ReversePath.of(EmailAddress.of("sender@example.org")),
                        List.of(to),
                        body,
                        utf8,
                        false,
                        null,
                        null);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(envelope, content.getBytes(UTF_8)));
            assertThat(report.trouble()).isNull();
            assertThat(server.commands)
                    .noneMatch(c -> c.contains("BODY=") || c.contains("SMTPUTF8"));
            return report;
        }
    }

    private static void assertFails(DeliveryReport report, Recipient recipient, String start) {
        assertThat(report.outcomes().get(recipient))
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> {
                            assertThat(f.reply().toString()).startsWith(start);
                            assertThat(f.fromDownstream()).isFalse();
                        });
    }

    @Test
    void eightBitTextFailsWhereItIsNotTakenAndPlainTextDeclaredSoGoesOut() throws Exception {
        assertFails(deliver(BodyType.EIGHT_BIT_MIME, false, EIGHT_BIT, ANN), ANN, "554 5.6.3 ");
        assertThat(deliver(BodyType.EIGHT_BIT_MIME, false, PLAIN, ANN).allDelivered()).isTrue();
    }

    @Test
    void utf8InAHeaderFailsWhereItIsNotTakenAndElseGoesOut() throws Exception {
        assertFails(deliver(BodyType.SEVEN_BIT, true, UTF8_HEADER, ANN), ANN, "554 5.6.9 ");
        assertThat(deliver(BodyType.SEVEN_BIT, true, PLAIN, ANN).allDelivered()).isTrue();
    }

    @Test
    void anInternationalisedRecipientFailsAlone() throws Exception {
        DeliveryReport report = deliver(BodyType.SEVEN_BIT, true, PLAIN, JUERGEN, ANN);
        assertFails(report, JUERGEN, "550 5.6.7 ");
        assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
    }

    @Test
    void anInternationalisedSenderFailsForAll() throws Exception {
        Envelope envelope = Envelope.of(ReversePath.of(JUERGEN.address()), List.of(ANN));
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertFails(relay.deliver(request(envelope, PLAIN.getBytes(UTF_8))), ANN, "550 5.6.7 ");
        }
    }

    @Test
    void aMessageBeyondTheAnnouncedSizeFailsWithoutBeingSent() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("SIZE 10");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertFails(relay.deliver(request(PLAIN, ANN)), ANN, "552 5.3.4 ");
            assertThat(server.commands).noneMatch(c -> c.startsWith("MAIL"));
        }
    }
}
