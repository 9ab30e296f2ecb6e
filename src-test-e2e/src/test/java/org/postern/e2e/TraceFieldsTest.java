package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the gateway writes above a message and takes out of it, with everything switched on: an ARC
 * seal, Received-SPF, second opinions, a trusted sealer.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceFieldsTest {
    private Gateway gateway;
    private Path key;

    @BeforeAll
    void start(Surroundings around) {
        key = around.dns().key(DkimKeys.Algorithm.RSA);
        gateway = around.newGateway("trace");
        gateway.configure(
                gateway.configuration()
                        + """
                        authentication:
                          arc-seal: { domain: pass.test, selector: r1, key: %s }
                          received-spf: true
                          second-opinion: 100%%
                          trusted-sealers: [pass.test]
                        """
                                .formatted(key));
        gateway.start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void anotherVerifierFindsOurSealSound(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        Message signed =
                message.as(around.dns().sign(message.octets(), DkimKeys.Algorithm.ED25519));
        String stored = stored(around, "someone@pass.test", signed);
        assertThat(Message.fields(stored, "ARC-Seal")).hasSize(1);
        assertThat(Message.fields(stored, "ARC-Authentication-Results").getFirst())
                .startsWith("i=1; mx.example.test; spf=pass")
                .contains("dkim=pass", "dmarc=pass");
        assertThat(ArcPeer.verify(around.dns(), stored)).startsWith("pass 1 ");
    }

    @Test
    void aSealIsSetUponTheSealsOfOthers(Surroundings around) {
        byte[] sealed = sealedElsewhere(Message.from("someone@pass.test"), "pass");
        Message message = new Message(idIn(sealed), text(sealed));
        String stored = stored(around, "someone@pass.test", message);
        assertThat(Message.fields(stored, "ARC-Seal")).hasSize(2);
        assertThat(Message.fields(stored, "ARC-Seal").getFirst()).contains("cv=pass", "i=2");
        assertThat(ArcPeer.verify(around.dns(), stored)).startsWith("pass 2 ");
    }

    @Test
    void aTrustedSealerThatSawAPassOverridesADmarcFailure(Surroundings around) {
        Message plain = Message.from("ceo@reject.test");
        assertThat(send("someone@pass.test", plain)).startsWith("550 5.7.1 ");
        byte[] sealed = sealedElsewhere(Message.from("ceo@reject.test"), "pass");
        String stored =
                stored(around, "someone@pass.test", new Message(idIn(sealed), text(sealed)));
        assertThat(Message.fields(stored, "Authentication-Results").getFirst())
                .contains("arc=pass", "dmarc=fail");
        assertThat(Message.fields(stored, "X-Postern-Reason"))
                .containsExactly(
                        "accepted; rule=dmarc-override; reason=dmarc.override.trusted-arc");
        assertThat(gateway.get("/metrics").body())
                .containsPattern(
                        "postern_messages_total\\{disposition=\"accepted\","
                                + "reason=\"dmarc.override.trusted-arc\"} 1");
        byte[] failed = sealedElsewhere(Message.from("ceo@reject.test"), "fail");
        assertThat(send("someone@pass.test", new Message(idIn(failed), text(failed))))
                .startsWith("550 5.7.1 ");
        String altered = text(sealed).replace("Good morning.", "Good evening.");
        assertThat(send("someone@pass.test", new Message(idIn(sealed), altered)))
                .startsWith("550 5.7.1 ");
    }

    @Test
    void aSealingKeyThatIsOfNoUseIsRefusedAtAReloadAndTheOldOneStays(Surroundings around) {
        String before = gateway.configuration();
        gateway.file("seal.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        gateway.configure(before.replace(key.toString(), "seal.pem"));
        Program.Result reload = gateway.command("reload");
        assertThat(reload.exitCode()).as(reload.all()).isEqualTo(1);
        assertThat(reload.all())
                .contains("authentication.arc-seal.key", "seal.pem", "RSA or Ed25519")
                .doesNotContain("AAAA", "Exception");
        assertThat(gateway.get("/metrics").body()).contains("postern_config_reload_success 0");
        Message message = Message.from("someone@pass.test");
        String stored = stored(around, "someone@pass.test", message);
        assertThat(ArcPeer.verify(around.dns(), stored)).startsWith("pass 1 ");
        gateway.configure(before);
        Program.Result again = gateway.command("reload");
        assertThat(again.exitCode()).as(again.all()).isZero();
    }

    @Test
    void receivedSpfAndTheReasonStandAboveAndForgedFieldsInOurNameAreGone(Surroundings around) {
        Message message =
                Message.from(
                        "someone@none.test",
                        "Authentication-Results: mx.example.test; spf=pass; dmarc=pass",
                        "AUTHENTICATION-RESULTS:\r\n (x) \"mx.example.test\" 1; dkim=pass",
                        "Authentication-Results: mx.other.test; spf=pass",
                        "Received-SPF: pass (mx.example.test: forged) client-ip=192.0.2.25",
                        "Received-SPF: pass client-ip=192.0.2.25; receiver=MX.example.test",
                        "Received-SPF: softfail client-ip=192.0.2.25; receiver=mx.other.test",
                        "X-Postern-Reason: accepted; rule=forged; reason=forged");
        String stored = stored(around, "someone@none.test", message);
        assertThat(Message.fields(stored, "Received-SPF"))
                .hasSize(2)
                .satisfies(fields -> assertThat(fields.get(0)).startsWith("fail (mx.example.test:"))
                .satisfies(fields ->
                        assertThat(fields.get(0))
                                .contains(
                                        "client-ip=127.0.0.1",
                                        "envelope-from=\"someone@none.test\"",
                                        "identity=mailfrom",
                                        "mechanism=-all",
                                        "receiver=mx.example.test"))
                .satisfies(fields -> assertThat(fields.get(1)).contains("mx.other.test"));
        assertThat(Message.fields(stored, "Authentication-Results"))
                .hasSize(2)
                .satisfies(fields -> assertThat(fields.get(0)).contains("spf=fail"))
                .satisfies(fields -> assertThat(fields.get(1)).startsWith("mx.other.test"));
        assertThat(Message.fields(stored, "X-Postern-Reason"))
                .containsExactly("accepted; rule=default; reason=default.accept");
        assertThat(stored).doesNotContain("forged");
        assertThat(stored.indexOf("Received-SPF:"))
                .isLessThan(stored.indexOf("by mx.example.test"));
    }

    @Test
    void othersAreAskedAboutEveryMessageAndCounted(Surroundings around) {
        double before = opinions();
        for (int i = 0; i < 3; i++) {
            Message message = Message.from("someone@pass.test");
            stored(
                    around,
                    "someone@pass.test",
                    message.as(around.dns().sign(message.octets(), DkimKeys.Algorithm.RSA)));
        }
        // SPF of both identities and DKIM, for each message
        await("the opinions are counted")
                .atMost(Duration.ofSeconds(20))
                .until(() -> opinions() >= before + 9);
        assertThat(gateway.get("/metrics").body())
                .contains(
                        "postern_auth_second_opinion_total{method=\"spf\",reason=\"agree\","
                                + "result=\"agree\"}")
                .contains("postern_auth_second_opinion_total{method=\"dkim\"");
    }

    @Test
    void everyMethodsTimeIsCounted(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        stored(
                around,
                "someone@pass.test",
                message.as(around.dns().sign(message.octets(), DkimKeys.Algorithm.RSA)));
        String metrics = gateway.get("/metrics").body();
        for (String method :
                List.of("spf", "helo_spf", "iprev", "dkim", "arc", "dmarc", "finish")) {
            assertThat(metrics).contains("postern_auth_seconds_count{method=\"" + method + "\"}");
        }
    }

    private double opinions() {
        Matcher matcher =
                Pattern.compile("postern_auth_second_opinion_total\\{[^}]*} ([0-9.E]+)")
                        .matcher(gateway.get("/metrics").body());
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    /** As pass.test, a forwarder, seals it after it found this of DMARC. */
    private byte[] sealedElsewhere(Message message, String dmarc) {
        String results =
                "Authentication-Results: lists.pass.test; dmarc="
                        + dmarc
                        + " header.from=reject.test\r\n";
        Message seen = new Message(message.id(), results + message.text());
        return ArcPeer.seal(seen.octets(), key, "lists.pass.test");
    }

    private static String text(byte[] octets) {
        return new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String idIn(byte[] message) {
        return Message.fields(text(message), "Message-ID").getFirst();
    }

    private String send(String from, Message message) {
        return SmtpClient.send(
                gateway.smtpPort(), from, List.of("alice@example.test"), message.octets());
    }

    private String stored(Surroundings around, String from, Message message) {
        assertThat(send(from, message)).startsWith("250 2.");
        return around.dovecot().awaitMessage("alice@example.test", message.id());
    }
}
