package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.mail.Recipient;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;

/** A session over octets in memory, with a gateway that misbehaves. */
class SmtpSessionTest {
    private static final String TRANSACTION =
            String.join(
                    "\r\n",
                    "EHLO c.test",
                    "MAIL FROM:<>",
                    "RCPT TO:<bob@example.test>",
                    "DATA",
                    "");

    private final List<String> calls = new ArrayList<>();
    private SessionEnd end = SessionEnd.ERROR;

    /** Proceeds everywhere and takes everything, unless a test says otherwise. */
    private class Easy implements Visit, ContentReceiver {
        @Override
        public Decision connect() {
            return Decision.proceed();
        }

        @Override
        public Decision helo(Helo helo) {
            return Decision.proceed();
        }

        @Override
        public Decision mail(MailRequest mail) {
            return Decision.proceed();
        }

        @Override
        public Decision recipient(Recipient recipient) {
            return Decision.proceed();
        }

        @Override
        public ContentReceiver content() {
            return this;
        }

        @Override
        public void reset() {
            calls.add("reset");
        }

        @Override
        public void close(SessionEnd how) {
            calls.add("close " + how.label());
        }

        @Override
        public void write(byte[] block, int offset, int length) throws IOException {}

        @Override
        public SmtpReply finish() {
            calls.add("finish");
            return SmtpReply.of(250, "2.0.0", "Taken");
        }

        @Override
        public void abort(String reason) {
            calls.add("abort " + reason);
        }
    }

    private String run(Visit visit, String input) {
        MemoryTransport transport =
                new MemoryTransport(input.getBytes(StandardCharsets.UTF_8), 1_000);
        InetSocketAddress address = new InetSocketAddress(Ip.parse("192.0.2.1"), 25);
        end =
                new SmtpSession(
                                transport,
                                new InputBuffer(),
                                new SessionSettings(
                                        "mx.example.test",
                                        Limits.defaults(),
                                        Duration.ZERO,
                                        false,
                                        false),
                                client -> visit,
                                TimeSource.system(),
                                SmtpMetrics.NONE,
                                address,
                                address,
                                address,
                                null)
                        .run();
        return transport.written();
    }

    @Test
    void aStoreThatFailsGetsTheMessageDrainedAndRefusedForNow() {
        Visit visit =
                new Easy() {
                    @Override
                    public void write(byte[] block, int offset, int length) throws IOException {
                        throw new IOException("disk full");
                    }
                };
        String said = run(visit, TRANSACTION + "body\r\n.\r\nNOOP\r\nQUIT\r\n");
        assertThat(said).contains("452 4.3.1").contains("250 2.0.0 OK").contains("221 ");
        assertThat(calls).containsExactly("abort storage", "close quit");
        assertThat(end).isEqualTo(SessionEnd.QUIT);
    }

    @Test
    void aGatewayThatThrowsNeverAcceptsAnything() {
        Visit visit =
                new Easy() {
                    @Override
                    public SmtpReply finish() {
                        throw new IllegalStateException("bug");
                    }
                };
        String said = run(visit, TRANSACTION + "body\r\n.\r\nNOOP\r\n");
        assertThat(said).contains("421 4.3.0").doesNotContain("250 2.0.0");
        assertThat(calls).containsExactly("close error");
        assertThat(end).isEqualTo(SessionEnd.ERROR);
    }

    @Test
    void aRefusalInPlaceOfTheGreetingIsAllThatIsSaid() {
        Visit visit =
                new Easy() {
                    @Override
                    public Decision connect() {
                        return Decision.refuse(SmtpReply.of(554, "5.7.1", "Not you"));
                    }
                };
        assertThat(run(visit, "EHLO c.test\r\n").lines()).containsExactly("554 5.7.1 Not you");
        assertThat(end).isEqualTo(SessionEnd.REFUSED);
    }

    @Test
    void aDecisionToDisconnectEndsTheSessionBehindItsReply() {
        Visit visit =
                new Easy() {
                    @Override
                    public Decision mail(MailRequest mail) {
                        return Decision.disconnect(SmtpReply.of(554, "5.7.1", "Not you"));
                    }
                };
        assertThat(run(visit, TRANSACTION).lines()).endsWith("554 5.7.1 Not you");
        assertThat(calls).containsExactly("close refused");
    }

    @Test
    void aReplyOf421ClosesWhoeverGaveIt() {
        Visit visit =
                new Easy() {
                    @Override
                    public SmtpReply finish() {
                        return SmtpReply.of(421, "4.3.2", "Not now");
                    }
                };
        assertThat(run(visit, TRANSACTION + ".\r\nNOOP\r\n").lines()).endsWith("421 4.3.2 Not now");
        assertThat(end).isEqualTo(SessionEnd.REFUSED);
    }

    @Test
    void whatIsOpenAtTheEndIsResetOrAborted() {
        run(new Easy(), "HELO c.test\r\nMAIL FROM:<>\r\n");
        assertThat(calls).containsExactly("reset", "close disconnected");
        calls.clear();
        run(new Easy(), TRANSACTION + "half");
        assertThat(calls).containsExactly("abort disconnected", "close disconnected");
    }

    @Test
    void theStopSwitchHasOneWinner() {
        StopSwitch stop = new StopSwitch();
        assertThat(stop.beginIdle()).isTrue();
        assertThat(stop.ask()).isTrue();
        assertThat(stop.endIdle()).isFalse();

        StopSwitch busy = new StopSwitch();
        assertThat(busy.ask()).isFalse();
        assertThat(busy.asked()).isTrue();
        assertThat(busy.beginIdle()).isFalse();

        StopSwitch finishing = new StopSwitch();
        finishing.beginFinishing();
        assertThat(finishing.ask()).isFalse();
        assertThat(finishing.finishing()).isTrue();
        finishing.endFinishing();
        assertThat(finishing.finishing()).isFalse();
    }
}
