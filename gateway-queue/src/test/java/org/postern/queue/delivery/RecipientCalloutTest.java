package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientProbe.Answer;

class RecipientCalloutTest {
    private static final EmailAddress ANN = EmailAddress.of("ann@example.net");

    private static RecipientCallout callout(FakeServer server, Duration timeout) {
        return new RecipientCallout(
                Fixtures.lmtp(server.port(), timeout), timeout, Fixtures.ENVIRONMENT);
    }

    private static Answer ask(String reply) throws IOException {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer("250 2.1.0 ok");
                            peer.answer(reply);
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.PATIENT)) {
            Answer answer = callout.ask(ANN, Fixtures.PATIENT);
            assertThat(server.commands)
                    .endsWith("MAIL FROM:<>", "RCPT TO:<ann@example.net>")
                    .doesNotContain("DATA");
            return answer;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.1.5 ok", "251 2.1.5 forwarded", "250 ok"})
    void aMailboxThatTakesMailExists(String reply) throws IOException {
        assertThat(ask(reply)).isEqualTo(Answer.Exists.INSTANCE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "550 5.1.1 no such user",
                "550 5.1.10 recipient not found",
                "550 5.2.1 disabled",
                "550 no such user",
                "553 no"
            })
    void aRefusalThatIsAboutTheMailboxSaysThatItIsAbsent(String reply) throws IOException {
        assertThat(ask(reply)).isInstanceOf(Answer.Absent.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "550 5.7.1 relaying denied",
                "550 5.1.7 bad sender's mailbox",
                "550 5.1.8 sender's domain not found",
                "554 5.7.1 your address is listed",
                "554 no",
                "552 5.2.2 over quota",
                "452 4.2.2 over quota",
                "451 4.3.0 later"
            })
    void anyOtherRefusalSaysNothingOfTheAddressNorOfTheStore(String reply) throws IOException {
        assertThat(ask(reply))
                .isInstanceOfSatisfying(Answer.Unclear.class, u -> assertThat(u.away()).isFalse());
    }

    @ParameterizedTest
    @CsvSource({"550 5.7.1 go away", "421 4.3.2 closing"})
    void aRefusedMailIsAboutTheStore(String reply) throws IOException {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer(reply);
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.PATIENT)) {
            assertThat(callout.ask(ANN, Fixtures.PATIENT))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isTrue());
        }
    }

    @Test
    void aStoreThatHangsIsAway() throws IOException {
        try (FakeServer server = new FakeServer(FakeServer.Peer::hang);
                RecipientCallout callout = callout(server, Fixtures.HASTY)) {
            assertThat(callout.ask(ANN, Fixtures.HASTY))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isTrue());
        }
    }

    @Test
    void aQuestionThatMayTakeLessThanAStepIsOverInThatTime() throws IOException {
        try (FakeServer server = new FakeServer(FakeServer.Peer::hang);
                RecipientCallout callout = callout(server, Duration.ofHours(1))) {
            assertThat(callout.ask(ANN, Fixtures.HASTY))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isTrue());
        }
    }

    @Test
    void aStoreThatDripsHoldsAQuestionNoLongerThanItsTimeOut() throws IOException {
        Duration step = Fixtures.HASTY.multipliedBy(3).dividedBy(4);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.slowly(step).answer("250 2.1.0 ok");
                            peer.slowly(step).answer("250 2.1.5 ok");
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.HASTY)) {
            assertThat(callout.ask(ANN, Fixtures.HASTY))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isTrue());
        }
    }

    @Test
    void aStoreThatHangsOnAKeptConnectionIsNotAskedOnceMore() throws IOException {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.HASTY)) {
            assertThat(callout.ask(ANN, Fixtures.HASTY)).isEqualTo(Answer.Exists.INSTANCE);
            assertThat(callout.ask(ANN, Fixtures.HASTY))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isTrue());
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionServesManyQuestionsAndOneThatWasClosedMeanwhileIsReplaced() throws IOException {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            if (peer.number == 1) {
                                peer.answer("250 2.0.0 reset");
                                peer.answer("250 2.1.0 ok");
                                peer.answer("550 5.1.1 no");
                                peer.hear(); // the third question finds the line dead
                                return;
                            }
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.PATIENT)) {
            assertThat(callout.ask(ANN, Fixtures.PATIENT)).isEqualTo(Answer.Exists.INSTANCE);
            assertThat(callout.ask(ANN, Fixtures.PATIENT)).isInstanceOf(Answer.Absent.class);
            assertThat(server.connections()).isEqualTo(1);
            assertThat(callout.ask(ANN, Fixtures.PATIENT)).isEqualTo(Answer.Exists.INSTANCE);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void anAddressBeyondAsciiIsAskedOnlyWhereItCanBe() throws IOException {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.hang();
                        });
                RecipientCallout callout = callout(server, Fixtures.PATIENT)) {
            assertThat(callout.ask(EmailAddress.of("\u00e4nn@example.net"), Fixtures.PATIENT))
                    .isInstanceOfSatisfying(
                            Answer.Unclear.class, u -> assertThat(u.away()).isFalse());
        }
    }
}
