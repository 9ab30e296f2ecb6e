package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Allow and deny lists in the session, and their reload while mail flows. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListsTest {
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("lists").start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @BeforeEach
    void emptyLists() {
        gateway.file("lists/deny.yaml", "").file("lists/allow.yaml", "");
        reload();
    }

    @ParameterizedTest
    @CsvSource({
        "client,               127.0.0.0/8,        554",
        "helo,                 client.pass.test,   550",
        "sender,               someone@pass.test,  550 5.7.1",
        "sender-domain,        pass.test,          550 5.7.1",
        "recipient,            alice@example.test, 550 5.7.1",
        "reverse-name,         client.pass.test,   550 5.7.1",
        "author-domain,        .pass.test,         550 5.7.1",
        "authenticated-domain, pass.test,          550 5.7.1",
    })
    void aDeniedOneIsRefusedUntilAnAllowEntryOutweighsIt(
            String kind, String entry, String refusal) {
        assertThat(send()).startsWith("250 2.");
        gateway.file("lists/deny.yaml", kind + ": [" + entry + "]\n");
        reload();
        assertThat(send()).startsWith(refusal);
        gateway.file("lists/allow.yaml", kind + ": [" + entry + "]\n");
        reload();
        assertThat(send()).startsWith("250 2.");
    }

    @Test
    void noAuthorHidesBehindAnother() {
        gateway.file("lists/deny.yaml", "author-domain: [none.test]\n");
        reload();
        assertThat(sendFrom("someone@pass.test, b@other.none.test")).startsWith("250 2.");
        for (String authors :
                List.of(
                        "A <someone@pass.test>, B <b@none.test>",
                        "B <b@none.test>, A <someone@pass.test>")) {
            assertThat(sendFrom(authors)).startsWith("550 5.7.1 The author's domain");
            gateway.file("lists/allow.yaml", "author-domain: [pass.test]\n");
            reload();
            assertThat(sendFrom(authors)).startsWith("550 5.7.1 The author's domain");
            gateway.file("lists/allow.yaml", "");
            reload();
        }
    }

    @Test
    void aSignalReloadsTheLists() {
        gateway.file("lists/deny.yaml", "sender: [someone@pass.test]\n");
        assertThat(send()).startsWith("250 2.");
        gateway.program().signal("HUP");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(send()).as(gateway.program().output()).startsWith("550 5.7.1"));
    }

    @Test
    void aBrokenListFileIsRefusedWithItsPlaceAndTheOldListsStay() {
        gateway.file("lists/deny.yaml", "sender: [someone@pass.test]\n");
        reload();
        gateway.file("lists/deny.yaml", "sender:\n  - someone@pass.test\n  - not an address\n");
        Program.Result refused = gateway.command("reload");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out() + refused.err()).contains("lists/deny.yaml:3:5: ");
        assertThat(send()).startsWith("550 5.7.1");

        Program.Result tested = gateway.command("lists", "test", "someone@pass.test");
        assertThat(tested.exitCode()).isZero();
        assertThat(tested.out()).contains("deny.yaml:1: deny sender someone@pass.test");
        assertThat(tested.err()).contains("broken and is not", "lists/deny.yaml:3:5: ");

        gateway.program().signal("HUP");
        gateway.awaitConsole("lists/deny.yaml:3:5: ");
        assertThat(send()).startsWith("550 5.7.1");

        Program.Result check = gateway.command("check");
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out() + check.err()).contains("lists/deny.yaml:3:5: ");
    }

    @Test
    void aSessionKeepsTheListsItBeganWith() {
        try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
            client.reply();
            client.command("EHLO client.pass.test");
            gateway.file("lists/deny.yaml", "sender: [someone@pass.test]\n");
            reload();
            assertThat(client.command("MAIL FROM:<someone@pass.test>")).startsWith("250");
            assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
        }
        assertThat(send()).startsWith("550 5.7.1");
    }

    @Test
    void noMessageIsDisturbedByReloadsWhileMailFlows() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger accepted = new AtomicInteger();
        AtomicReference<String> wrong = new AtomicReference<>("");
        Thread sender =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!stop.get()) {
                                String reply = send();
                                if (reply.startsWith("250 2.")) {
                                    accepted.incrementAndGet();
                                } else {
                                    wrong.set(reply);
                                }
                            }
                        });
        for (int i = 0; i < 10; i++) {
            gateway.file("lists/deny.yaml", "client: [192.0.2." + i + "]\n");
            gateway.program().signal("HUP");
            int before = accepted.get();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> accepted.get() >= before + 2 || !wrong.get().isEmpty());
        }
        stop.set(true);
        assertThat(sender.join(Duration.ofSeconds(60))).isTrue();
        assertThat(wrong.get()).isEmpty();
        assertThat(accepted.get()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void anEntryAddedByCommandHoldsAtOnceSurvivesARestartAndCanBeTakenBack() {
        assertThat(send()).startsWith("250 2.");
        Program.Result added =
                gateway.command(
                        "lists",
                        "add",
                        "deny",
                        "someone@pass.test",
                        "--comment",
                        "sends invoices",
                        "--owner",
                        "night shift",
                        "--expires",
                        "7d");
        assertThat(added.exitCode()).as(added.all()).isZero();
        assertThat(added.out())
                .startsWith("added: deny  sender")
                .contains("someone@pass.test, until ", "by night shift: sends invoices");
        assertThat(send()).startsWith("550 5.7.1");
        assertThat(gateway.command("lists", "test", "someone@pass.test").out())
                .contains("lists/added-deny.yaml:", "sends invoices");

        gateway.program().terminate();
        gateway.start();
        assertThat(send()).startsWith("550 5.7.1");
        Program.Result shown = gateway.command("lists", "show", "--json");
        assertThat(shown.lines())
                .singleElement()
                .asString()
                .contains(
                        "\"list\":\"deny\"",
                        "\"kind\":\"sender\"",
                        "\"entry\":\"someone@pass.test\"",
                        "\"owner\":\"night shift\"");

        Program.Result removed = gateway.command("lists", "remove", "deny", "someone@pass.test");
        assertThat(removed.exitCode()).as(removed.all()).isZero();
        assertThat(send()).startsWith("250 2.");
        Program.Result again = gateway.command("lists", "remove", "deny", "someone@pass.test");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("has not been added");
        assertThat(gateway.command("lists", "show").out()).startsWith("no entry has been added");
    }

    @Test
    void whatIsNoEntryIsRefusedInWords() {
        assertThat(gateway.command("lists", "add", "deny", "192.0.2.1/24").err())
                .contains("did you mean 192.0.2.0/24?");
        Program.Result world = gateway.command("lists", "add", "deny", "0.0.0.0/0");
        assertThat(world.exitCode()).isEqualTo(1);
        assertThat(world.err()).contains("it is every IPv4 address", "--force");
        assertThat(gateway.command("lists", "add", "grey", "192.0.2.1").err())
                .contains("the list is allow or deny");
        assertThat(gateway.command("lists", "add", "deny", "x.test", "--kind", "domain").err())
                .contains("known are client, helo");
        assertThat(gateway.command("lists", "add", "deny", "x.test", "--expires", "soon").err())
                .contains("expires must be");
    }

    private void reload() {
        Program.Result result = gateway.command("reload");
        assertThat(result.exitCode()).as(result.all()).isZero();
    }

    private String send() {
        return sendFrom("someone@pass.test");
    }

    private String sendFrom(String authors) {
        return SmtpClient.send(
                gateway.smtpPort(),
                "someone@pass.test",
                List.of("alice@example.test"),
                Message.from(authors).octets());
    }
}
