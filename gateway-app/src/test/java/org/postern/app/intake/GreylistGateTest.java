package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.greylist.Greylist;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Facts;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;

/** Who is asked to come back, and who never is. */
class GreylistGateTest {
    private static final EmailAddress BOB = EmailAddress.of("bob@example.test");

    @TempDir Path folder;

    private final Metrics metrics = new Metrics();
    private final GreylistGate gate =
            new GreylistGate(
                    new Greylist(),
                    () ->
                            (client, authenticated) ->
                                    authenticated.contains(Domain.of("friend.example")),
                    metrics,
                    TimeSource.system());

    @AfterEach
    void close() {
        metrics.close();
    }

    private Snapshot snapshot() throws IOException {
        Files.writeString(folder.resolve("allow.yaml"), "sender: [ann@listed.example]\n");
        return SmallSite.snapshot(
                folder,
                TimeSource.system(),
                """
                lists: { allow: allow.yaml }
                networks: { internal: [192.168.0.0/16] }
                greylisting:
                  mode: enforce
                  pools: [198.51.100.0/24]
                  domains: [.bank.example]
                """,
                "bob@example.test");
    }

    private String ask(String client, String from, AuthResult spf) throws IOException {
        EmailAddress sender = EmailAddress.of(from);
        Facts facts =
                Facts.of(Ip.parse(client))
                        .withReversePath(ReversePath.of(sender))
                        .withRecipient(BOB, new RecipientLookup.Known(List.of(BOB), "static"));
        return gate.atRecipient(
                        snapshot(),
                        facts,
                        () ->
                                SpfResult.notRun(
                                        spf,
                                        SpfResult.Identity.MAILFROM,
                                        sender.host().toString(),
                                        "spf." + spf.word()))
                .word();
    }

    @Test
    void aStrangerIsNewWhateverItAuthenticatesAs() throws IOException {
        assertThat(ask("192.0.2.1", "x@new.example", AuthResult.PASS)).isEqualTo("new");
        assertThat(ask("192.0.2.1", "x@new.example", AuthResult.PASS)).isEqualTo("early");
    }

    @Test
    void whoHasAGoodHistoryIsNeverAskedButOnlyWhereItAuthenticates() throws IOException {
        assertThat(ask("192.0.2.1", "x@friend.example", AuthResult.PASS)).isEqualTo("known-good");
        assertThat(ask("192.0.2.1", "x@friend.example", AuthResult.FAIL)).isEqualTo("new");
        assertThat(ask("192.0.2.1", "x@friend.example", AuthResult.TEMPERROR)).isEqualTo("early");
    }

    @Test
    void aNamedDomainIsLetByWhereSpfPassesForIt() throws IOException {
        assertThat(ask("192.0.2.1", "x@mail.bank.example", AuthResult.PASS)).isEqualTo("domain");
        assertThat(ask("192.0.2.1", "x@mail.bank.example", AuthResult.NONE)).isEqualTo("new");
    }

    @Test
    void ourOwnPoolsAndListedOnesAreLetByWhateverTheyAuthenticateAs() throws IOException {
        assertThat(ask("192.168.1.1", "x@new.example", AuthResult.NONE)).isEqualTo("ours");
        assertThat(ask("198.51.100.7", "x@new.example", AuthResult.NONE)).isEqualTo("pool");
        assertThat(ask("192.0.2.1", "ann@listed.example", AuthResult.NONE)).isEqualTo("listed");
    }
}
