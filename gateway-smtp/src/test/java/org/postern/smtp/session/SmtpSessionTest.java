package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.config.Limits;
import org.postern.core.config.Limits.BareNewline;
import org.postern.core.mail.Recipient;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SessionEnd;
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
    private class Easy extends DiscardingVisit {
        @Override
        public void reset() {
            calls.add("reset");
        }

        @Override
        public void close(SessionEnd how) {
            calls.add("close " + how.label());
        }

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
        return run(visit, input, 1_000, Limits.defaults());
    }

    private String run(Visit visit, String input, int step, Limits limits) {
        MemoryTransport transport =
                new MemoryTransport(input.getBytes(StandardCharsets.UTF_8), step);
        InetSocketAddress address = new InetSocketAddress(Ip.parse("192.0.2.1"), 25);
        end =
                new SmtpSession(
                                transport,
                                new InputBuffer(),
                                new SessionSettings(
                                        "mx.example.test",
                                        limits,
                                        Duration.ZERO,
                                        false,
                                        Optional.empty()),
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

    /** Of somebody whom nobody knows, and who is spared of the limit or not. */
    private final class Unknown extends Easy {
        private final boolean spared;

        Unknown(boolean spared) {
            this.spared = spared;
        }

        @Override
        public Decision recipient(Recipient recipient) {
            return Decision.refuse(SmtpReply.of(550, "5.1.1", "No such mailbox"));
        }

        @Override
        public boolean sparesUnknownRecipients() {
            calls.add("spares");
            return spared;
        }
    }

    @Test
    void whetherUnknownRecipientsAreSparedIsAskedOnceTheLimitIsReached() {
        Limits limits = Limits.defaults().toBuilder().unknownRecipients(3).build();
        String names =
                "EHLO client.example.org\r\nMAIL FROM:<a@example.org>\r\n"
                        + "RCPT TO:<x@example.test>\r\n".repeat(4)
                        + "QUIT\r\n";
        assertThat(run(new Unknown(true), names, 1_000, limits)).contains("221 ");
        assertThat(calls).containsExactly("spares", "spares", "reset", "close quit");
        calls.clear();
        assertThat(run(new Unknown(false), names, 1_000, limits)).contains("421 4.7.0");
        assertThat(calls).containsExactly("spares", "reset", "close limit");
        assertThat(end).isEqualTo(SessionEnd.LIMIT);
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

    @Test
    void theNameOfTheVisitIsSaidAndNotTheListeners() {
        Visit visit =
                new Easy() {
                    @Override
                    public Optional<String> hostname() {
                        return Optional.of("mx2.example.test");
                    }
                };
        assertThat(run(visit, "EHLO c.test\r\nQUIT\r\n").lines())
                .anyMatch(l -> l.startsWith("220 mx2.example.test "))
                .anyMatch(l -> l.startsWith("250-mx2.example.test greets"))
                .noneMatch(l -> l.contains("mx.example.test"));
    }

    @ParameterizedTest
    @EnumSource(BareNewline.class)
    void whereDamageStandsBeforeTheEndNothingBehindItIsExecutedHoweverLateItComes(
            BareNewline mode) {
        Limits limits = Limits.defaults().toBuilder().bareNewline(mode).build();
        for (String damage : List.of("x\r\r\n", "x\0\r\n", "\r\r\n", "x\ry\r\n")) {
            for (int step : List.of(1, 2, 3, 5, 1_000)) {
                calls.clear();
                String said =
                        run(
                                new Easy(),
                                TRANSACTION + damage + ".\r\n" + TRANSACTION + "\r\n.\r\n",
                                step,
                                limits);
                assertThat(said.lines()).as(damage).last().asString().startsWith("421 4.7.0 ");
                assertThat(end).isEqualTo(SessionEnd.LIMIT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BareNewline.class)
    void damageFurtherUpLeavesTheSessionInSyncForAClientThatWaits(BareNewline mode) {
        Limits limits = Limits.defaults().toBuilder().bareNewline(mode).build();
        String said = run(new Easy(), TRANSACTION + "a\nb\n\r\n.\r\nNOOP\r\nQUIT\r\n", 1, limits);
        assertThat(said.lines()).last().asString().startsWith("221 ");
    }
}
