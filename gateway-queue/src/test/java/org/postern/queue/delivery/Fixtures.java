package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;

/** Requests, configurations and contents for the tests of this package. */
final class Fixtures {
    static final DeliveryEnvironment ENVIRONMENT =
            DeliveryEnvironment.system(Domain.of("mx.example.net"));
    static final Recipient ANN = Recipient.of(EmailAddress.of("ann@example.net"));
    static final Recipient BEN = Recipient.of(EmailAddress.of("ben@example.net"));
    static final Recipient CAT = Recipient.of(EmailAddress.of("cat@example.net"));
    static final String MESSAGE = "Subject: hello\r\n\r\n.dot\r\n..two\r\nend\r\n";

    /** Long enough for a busy machine, short enough to wait for in a test of hanging. */
    static final Duration PATIENT = Duration.ofSeconds(20);

    static final Duration HASTY = Duration.ofMillis(250);

    private Fixtures() {}

    static DownstreamConfig lmtp(int port, Duration timeout) {
        return new DownstreamConfig(
                "store", new Target.Lmtp("127.0.0.1", port), Tls.NONE, 4, timeout);
    }

    static DownstreamConfig smtp(int port, Duration timeout) {
        return new DownstreamConfig(
                "relay", new Target.Smtp("127.0.0.1", port, false), Tls.NONE, 4, timeout);
    }

    static Envelope envelope(Recipient... recipients) {
        return Envelope.of(
                ReversePath.of(EmailAddress.of("sender@example.org")), Arrays.asList(recipients));
    }

    static DeliveryRequest request(String content, Recipient... recipients) {
        return request(envelope(recipients), content.getBytes(StandardCharsets.UTF_8));
    }

    static DeliveryRequest request(Envelope envelope, byte[] content) {
        return new DeliveryRequest(new QueueId(4711), envelope, source(content));
    }

    static MessageSource source(byte[] content) {
        return new MessageSource() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content);
            }
        };
    }

    /** Content that announces {@code size} and fails after {@code good} octets. */
    static MessageSource broken(int size, int good) {
        return new MessageSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() {
                return new SequenceInputStream(
                        new ByteArrayInputStream("x".repeat(good).getBytes(US_ASCII)),
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("checksum does not hold");
                            }

                            @Override
                            public int read(byte[] b, int offset, int length) throws IOException {
                                return read();
                            }
                        });
            }
        };
    }

    static List<RecipientOutcome> outcomes(DeliveryReport report) {
        return List.copyOf(report.outcomes().values());
    }
}
