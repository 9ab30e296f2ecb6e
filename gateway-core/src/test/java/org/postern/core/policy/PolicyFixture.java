package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.FileReference;
import org.postern.core.config.PolicyConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.time.TimeSource;

/** Facts, lists and verdicts of the tests of policy. */
abstract class PolicyFixture {
    static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    static final ReversePath SENDER = ReversePath.of(EmailAddress.of("s@sender.example"));
    static final RecipientLookup KNOWN = new RecipientLookup.Known(List.of(ALICE), "static");

    @TempDir Path directory;

    final Facts client = Facts.of(Ip.parse("192.0.2.1")).withHelo("mx.sender.example");

    PolicyEngine with(String allow, String deny) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        AccessLists lists =
                AccessLists.load(
                        List.of(file("allow.yaml", allow)),
                        List.of(file("deny.yaml", deny)),
                        TimeSource.system(),
                        problems);
        assertThat(problems.toProblems().all()).isEmpty();
        return builtIn(lists);
    }

    /** The rules that hold without a line of policy, with these lists. */
    static PolicyEngine builtIn(AccessLists lists) {
        return engine(PolicyConfig.NONE, lists, InstantSource.system());
    }

    /** The rules of section {@code policy} and the built-in ones. */
    static PolicyEngine engine(PolicyConfig policy, AccessLists lists, InstantSource time) {
        return PolicyEngine.of(policy, Map.of(), DnsblConfig.NONE, List.of(), lists, time);
    }

    FileReference file(String name, String content) throws IOException {
        return file(directory, name, content);
    }

    static FileReference file(Path directory, String name, String content) throws IOException {
        Path path = Files.writeString(directory.resolve(name), content);
        return new FileReference(path, path, Place.start(path));
    }

    static String reply(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Reject r -> r.reply().toString();
            case Verdict.Defer d -> d.reply().toString();
            case Verdict.Accept a -> "accept";
            case Verdict.Tag t -> t.field() + ": " + t.value();
            case Verdict.Quarantine q -> "quarantine";
        };
    }

    Verdict rcpt(RecipientLookup lookup) {
        return builtIn(AccessLists.empty())
                .decide(Stage.RCPT, client.withReversePath(SENDER).withRecipient(ALICE, lookup));
    }

    static Verdicts verdicts(AuthResult dmarc) {
        return verdicts(dmarc, 0);
    }

    /** The same with a signature that leaves octets of the body unsigned. */
    static Verdicts verdicts(AuthResult dmarc, long unsignedBodyBytes) {
        return new Verdicts(
                SpfResult.notRun(AuthResult.PASS, SpfResult.Identity.MAILFROM, "spf.example", "x"),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "h.example", "x"),
                new IprevResult(AuthResult.PASS, "client.example", "iprev.pass"),
                List.of(
                        new DkimResult(
                                AuthResult.PASS,
                                "signer.example",
                                "s",
                                "rsa-sha256",
                                2048,
                                null,
                                null,
                                false,
                                unsignedBodyBytes,
                                true,
                                unsignedBodyBytes == 0 ? "dkim.pass" : "dkim.pass.partial-body",
                                null)),
                ArcResult.NONE,
                new DmarcResult(
                        dmarc,
                        "author.example",
                        "author.example",
                        "author.example",
                        DmarcResult.Policy.REJECT,
                        DmarcResult.Policy.REJECT,
                        List.of(),
                        "dmarc.fail.spf-none.dkim-none",
                        List.of()));
    }

    /** A message whose From field names authors of these domains, the first as DMARC's. */
    Facts written(String... authors) {
        return client.withReversePath(SENDER)
                .withAuthentication(
                        ConditionFacts.authors(verdicts(AuthResult.PASS), authors),
                        new Advice(Advice.Action.ACCEPT, "dmarc.none.no-record", "Explained"));
    }

    Verdict data(PolicyEngine engine, AuthResult dmarc, Advice.Action action, String reason) {
        return engine.decide(
                Stage.DATA,
                client.withReversePath(SENDER)
                        .withAuthentication(
                                verdicts(dmarc), new Advice(action, reason, "Explained")));
    }

    Verdict data(AuthResult dmarc, Advice.Action action, String reason) {
        return data(builtIn(AccessLists.empty()), dmarc, action, reason);
    }
}
