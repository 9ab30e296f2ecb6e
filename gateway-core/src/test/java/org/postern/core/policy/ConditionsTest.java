package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.core.config.ConditionConfig.AddressOf;
import static org.postern.core.config.ConditionConfig.DomainOf;
import static org.postern.core.config.ConditionConfig.Method;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.Known;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.ConditionConfig.DomainPattern;
import org.postern.core.config.FileReference;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reputation.Standing;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;
import org.postern.core.time.TimeSource;

/** Each condition of the vocabulary: met, not met, and not to be known. */
class ConditionsTest {
    private static final AccessLists LISTS = lists();
    private static final Place HERE = Place.start(Path.of("postern.yaml"));
    private static final Facts BARE = Facts.of(Ip.parse("192.0.2.1"));
    private static final Facts MAIL =
            BARE.withHelo("mx.sender.example")
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.example")));

    /** One condition and facts of each kind; without facts nobody can fail to know it. */
    record Row(ConditionConfig condition, Facts met, Facts missed, List<Facts> unknown) {
        @Override
        public String toString() {
            return condition.toString();
        }
    }

    private static Row row(ConditionConfig condition, Facts met, Facts missed, Facts... unknown) {
        return new Row(condition, met, missed, List.of(unknown));
    }

    private static Facts checked(Verdicts verdicts) {
        return MAIL.withAuthentication(
                verdicts,
                new org.postern.core.authres.Advice(
                        org.postern.core.authres.Advice.Action.ACCEPT, "advice.x", "Explained"));
    }

    private static Verdicts all(AuthResult result, String reason) {
        return new Verdicts(
                SpfResult.notRun(result, SpfResult.Identity.MAILFROM, "spf.example", reason),
                SpfResult.notRun(result, SpfResult.Identity.HELO, "h.example", reason),
                new IprevResult(result, "client.example", reason),
                List.of(dkim(result, reason)),
                new ArcResult(result, 0, List.of(), 0, null, reason),
                new DmarcResult(
                        result,
                        "author.example",
                        null,
                        null,
                        null,
                        DmarcResult.Policy.NONE,
                        List.of(),
                        reason,
                        List.of()));
    }

    private static DkimResult dkim(AuthResult result, String reason) {
        return new DkimResult(
                result,
                "signer.example",
                "s",
                "rsa-sha256",
                2048,
                null,
                null,
                false,
                0,
                true,
                reason,
                null);
    }

    /** As authentication leaves them where it is switched off. */
    private static Verdicts unchecked() {
        return new Verdicts(
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.MAILFROM, "", Known.DISABLED),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", Known.DISABLED),
                new IprevResult(AuthResult.NONE, null, Known.DISABLED),
                List.of(),
                ArcResult.notRun(Known.DISABLED),
                DmarcResult.notRun(Known.DISABLED, List.of()));
    }

    private static Facts scanned(Outcome outcome, double score) {
        return MAIL.withScans(
                List.of(new ScanResult(Scanner.RSPAMD, outcome, score, 15, List.of(), "")));
    }

    private static Facts listed(List<DnsblHit> hits, String... unanswered) {
        return MAIL.withDnsbl(
                new DnsblVerdict(
                        hits, List.of(unanswered), List.of(unanswered).contains("allow") ? 5 : 0));
    }

    private static DomainPattern pattern(String domain) {
        return new DomainPattern(Domain.of(domain), false);
    }

    private static ConditionConfig domain(DomainOf of, String domain) {
        return new ConditionConfig.DomainName(of, List.of(pattern(domain)));
    }

    private static Facts withRecipient(String address) {
        EmailAddress recipient = EmailAddress.of(address);
        return MAIL.withRecipient(
                recipient, new RecipientLookup.Known(List.of(recipient), "static"));
    }

    /** A list of one's own with an entry of each kind, and the two that everybody has. */
    private static AccessLists lists() {
        try {
            Path folder = Files.createTempDirectory("lists");
            Path own = folder.resolve("own.yaml");
            Files.writeString(
                    own,
                    """
                    client: [198.51.100.0/24]
                    helo: [bad.helo.example]
                    reverse-name: [client.example]
                    sender: [bad@sender.example]
                    sender-domain: [bad.example]
                    author-domain: [listed.example]
                    authenticated-domain: [signer.example]
                    """);
            Path recipients =
                    Files.writeString(
                            folder.resolve("rcpt.yaml"), "recipient: [bad@example.test]\n");
            Path allow =
                    Files.writeString(folder.resolve("a.yaml"), "sender: [good@bad.example]\n");
            Path deny =
                    Files.writeString(
                            folder.resolve("d.yaml"),
                            "sender: ['@bad.example']\nhelo: [bad.helo.example]\n");
            ProblemCollector problems = new ProblemCollector();
            AccessLists lists =
                    AccessLists.load(
                            List.of(reference(allow)),
                            List.of(reference(deny)),
                            Map.of(
                                    "own",
                                    List.of(reference(own)),
                                    "recipients",
                                    List.of(reference(recipients))),
                            TimeSource.system(),
                            problems);
            assertThat(problems.toProblems().all()).isEmpty();
            return lists;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileReference reference(Path file) {
        return new FileReference(file, file, Place.start(file));
    }

    private static ConditionConfig listed(String... names) {
        return new ConditionConfig.Listed(Set.of(names), HERE);
    }

    private static Facts from(String address) {
        return BARE.withHelo("x.example").withReversePath(ReversePath.of(EmailAddress.of(address)));
    }

    static Stream<Row> rows() {
        Facts pass = checked(all(AuthResult.PASS, "x.pass"));
        Facts fail = checked(all(AuthResult.FAIL, "x.fail"));
        Facts open = checked(all(AuthResult.TEMPERROR, "x.temperror"));
        Facts off = checked(unchecked());
        DnsblHit hit =
                new DnsblHit("zen", "zen.example", Subject.CLIENT, "192.0.2.1", 5, "127.0.0.2", "");
        List<Row> rows = new ArrayList<>();
        rows.add(
                row(
                        new ConditionConfig.Client(List.of(Cidr.parse("192.0.2.0/28"))),
                        BARE,
                        Facts.of(Ip.parse("2001:db8::1"))));
        rows.add(
                row(
                        new ConditionConfig.Country(Set.of("CH", "LI"), HERE),
                        MAIL.withCountry("LI"),
                        MAIL.withCountry("DE"),
                        MAIL));
        rows.add(
                row(
                        listed("own"),
                        Facts.of(Ip.parse("198.51.100.7")),
                        BARE, // what later stages learn is not awaited
                        open,
                        off));
        rows.add(row(listed("own"), BARE.withHelo("bad.helo.example"), MAIL));
        rows.add(row(listed("own"), from("bad@sender.example"), MAIL));
        rows.add(row(listed("own"), from("x@bad.example"), MAIL));
        rows.add(
                row(
                        listed("recipients"),
                        withRecipient("bad@example.test"),
                        withRecipient("a@example.test"),
                        fail)); // a message may have several
        rows.add(row(listed("own"), pass, fail.withHelo("a").withSize(1), open, off));
        Verdicts none = all(AuthResult.FAIL, "x.fail");
        rows.add(
                row(
                        listed("own"),
                        checked(
                                new Verdicts(
                                        none.spf(),
                                        none.heloSpf(),
                                        none.iprev(),
                                        none.dkim(),
                                        none.arc(),
                                        new DmarcResult(
                                                AuthResult.FAIL,
                                                "listed.example",
                                                null,
                                                null,
                                                null,
                                                DmarcResult.Policy.NONE,
                                                List.of(),
                                                "dmarc.fail",
                                                List.of()))),
                        fail));
        rows.add(row(listed("deny"), from("x@bad.example"), from("good@bad.example")));
        rows.add(
                row(
                        listed("deny"),
                        BARE.withHelo("bad.helo.example"),
                        BARE.withHelo("bad.helo.example")
                                .withReversePath(
                                        ReversePath.of(EmailAddress.of("good@bad.example")))));
        rows.add(row(listed("allow"), from("good@bad.example"), from("x@bad.example")));
        rows.add(row(listed("allow", "own"), from("x@bad.example"), MAIL));
        rows.add(row(new ConditionConfig.Encrypted(true), BARE.withTls(true), BARE));
        rows.add(
                row(
                        new ConditionConfig.NullSender(true),
                        BARE.withReversePath(ReversePath.Null.INSTANCE),
                        MAIL,
                        BARE));
        rows.add(
                row(
                        new ConditionConfig.Address(AddressOf.SENDER, Set.of("s@sender.example")),
                        MAIL,
                        BARE.withReversePath(ReversePath.Null.INSTANCE),
                        BARE));
        rows.add(
                row(
                        new ConditionConfig.Address(AddressOf.RECIPIENT, Set.of("@example.test")),
                        withRecipient("a@example.test"),
                        withRecipient("a@example.net"),
                        MAIL));
        rows.add(row(domain(DomainOf.HELO, "mx.sender.example"), MAIL, BARE.withHelo("x"), BARE));
        rows.add(
                row(
                        domain(DomainOf.SENDER, "sender.example"),
                        MAIL,
                        BARE.withReversePath(ReversePath.Null.INSTANCE),
                        BARE));
        rows.add(
                row(
                        domain(DomainOf.RECIPIENT, "example.test"),
                        withRecipient("a@example.test"),
                        withRecipient("a@example.net"),
                        MAIL));
        rows.add(row(domain(DomainOf.REVERSE_NAME, "client.example"), pass, fail, open, off, MAIL));
        rows.add(
                row(
                        domain(DomainOf.AUTHOR, "author.example"),
                        pass,
                        checked(
                                new Verdicts(
                                        all(AuthResult.PASS, "x").spf(),
                                        all(AuthResult.PASS, "x").heloSpf(),
                                        all(AuthResult.PASS, "x").iprev(),
                                        List.of(),
                                        ArcResult.NONE,
                                        new DmarcResult(
                                                AuthResult.PERMERROR,
                                                null,
                                                null,
                                                null,
                                                null,
                                                DmarcResult.Policy.NONE,
                                                List.of(),
                                                "dmarc.permerror",
                                                List.of()))),
                        off,
                        MAIL));
        rows.add(
                row(domain(DomainOf.AUTHENTICATED, "signer.example"), pass, fail, open, off, MAIL));
        rows.add(row(domain(DomainOf.AUTHENTICATED, "spf.example"), pass, fail, open, off, MAIL));
        for (Method method : Method.values()) {
            rows.add(
                    row(
                            new ConditionConfig.Result(method, EnumSet.of(AuthResult.PASS)),
                            pass,
                            fail,
                            open,
                            off,
                            MAIL));
            rows.add(
                    row(
                            new ConditionConfig.Result(method, EnumSet.of(AuthResult.FAIL)),
                            fail,
                            pass,
                            open,
                            off,
                            MAIL));
            // the word stands in the header, and nothing was found out
            rows.add(
                    row(
                            new ConditionConfig.Result(method, EnumSet.of(AuthResult.NONE)),
                            checked(all(AuthResult.NONE, "x.none")),
                            pass,
                            open,
                            off,
                            MAIL));
            rows.add(
                    row(
                            new ConditionConfig.Result(method, EnumSet.of(AuthResult.TEMPERROR)),
                            open,
                            pass,
                            off,
                            MAIL));
        }
        rows.add(row(new ConditionConfig.Reason(List.of("x.fail")), fail, pass, open, off, MAIL));
        rows.add(row(new ConditionConfig.Reason(List.of(Known.DISABLED)), off, pass, MAIL));
        rows.add(row(new ConditionConfig.SizeOver(10), MAIL.withSize(11), MAIL.withSize(10)));
        rows.add(
                row(
                        new ConditionConfig.KnownGood(true),
                        pass.withStanding(new Standing(true, 0)),
                        fail.withStanding(new Standing(false, 0)),
                        open.withStanding(new Standing(false, 0)),
                        off.withStanding(new Standing(false, 0)),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.KnownGood(false),
                        fail.withStanding(new Standing(false, 0)),
                        open.withStanding(new Standing(true, 0)),
                        open.withStanding(new Standing(false, 0)),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.UnknownRecipientsOver(3),
                        MAIL.withStanding(new Standing(false, 4)),
                        MAIL.withStanding(new Standing(false, 3)),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.DnsList(Set.of("zen")),
                        listed(List.of(hit)),
                        listed(List.of(), "another"),
                        listed(List.of(), "zen"),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.DnsblScoreOver(4),
                        listed(List.of(hit)),
                        listed(List.of()),
                        listed(List.of(), "another"),
                        listed(List.of(hit), "allow"),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.Scan(EnumSet.of(Outcome.INFECTED)),
                        scanned(Outcome.INFECTED, 0),
                        scanned(Outcome.CLEAN, 0),
                        scanned(Outcome.FAILED, 0),
                        scanned(Outcome.TOO_LARGE, 0),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.Scan(EnumSet.of(Outcome.FAILED)),
                        scanned(Outcome.FAILED, 0),
                        scanned(Outcome.CLEAN, 0),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.SpamScoreOver(-3),
                        scanned(Outcome.CLEAN, -2.5),
                        scanned(Outcome.CLEAN, -3),
                        scanned(Outcome.FAILED, 0),
                        scanned(Outcome.TOO_LARGE, 0),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.Not(
                                List.of(
                                        new ConditionConfig.Result(
                                                Method.SPF, EnumSet.of(AuthResult.PASS)),
                                        new ConditionConfig.NullSender(false))),
                        fail,
                        pass,
                        open,
                        off,
                        MAIL));
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aConditionIsMetOrMissedAndItsNegationIsTheContrary(Row row) {
        assertThat(holds(row.condition(), row.met())).isTrue();
        assertThat(holds(not(row.condition()), row.met())).isFalse();
        assertThat(holds(row.condition(), row.missed())).isFalse();
        assertThat(holds(not(row.condition()), row.missed())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatIsNotKnownMeetsNeitherAConditionNorItsNegation(Row row) {
        for (Facts facts : row.unknown()) {
            assertThat(holds(row.condition(), facts)).as("%s", facts).isFalse();
            assertThat(holds(not(row.condition()), facts)).as("%s", facts).isFalse();
            assertThat(holds(not(not(row.condition())), facts)).as("%s", facts).isFalse();
        }
    }

    @Test
    void theTableHasEveryConditionOfTheVocabulary() {
        Set<Object> seen = new HashSet<>();
        rows().map(Row::condition)
                .forEach(c -> {
                    seen.add(c.getClass());
                    switch (c) {
                        case ConditionConfig.DomainName d -> seen.add(d.of());
                        case ConditionConfig.Address a -> seen.add(a.of());
                        case ConditionConfig.Result r -> seen.add(r.of());
                        default -> {
                            // the class says it all
                        }
                    }
                });
        assertThat(seen)
                .containsAll(Arrays.asList(ConditionConfig.class.getPermittedSubclasses()))
                .containsAll(EnumSet.allOf(DomainOf.class))
                .containsAll(EnumSet.allOf(AddressOf.class))
                .containsAll(EnumSet.allOf(Method.class));
    }

    @Test
    void aSignatureThatPassesIsKnownThoughAnotherHasNoAnswer() {
        Verdicts all = all(AuthResult.PASS, "x.pass");
        Facts facts =
                checked(
                        new Verdicts(
                                all.spf(),
                                all.heloSpf(),
                                all.iprev(),
                                List.of(
                                        dkim(AuthResult.TEMPERROR, "dkim.temperror.dns"),
                                        dkim(AuthResult.PASS, "dkim.pass")),
                                all.arc(),
                                all.dmarc()));
        assertThat(holds(result(Method.DKIM, AuthResult.PASS), facts)).isTrue();
        assertThat(holds(not(result(Method.DKIM, AuthResult.PASS)), facts)).isFalse();
        assertThat(holds(not(result(Method.DKIM, AuthResult.FAIL)), facts)).isFalse();
        assertThat(holds(not(new ConditionConfig.Reason(List.of("dkim.fail"))), facts)).isFalse();
        assertThat(holds(not(new ConditionConfig.Reason(List.of("spf.fail"))), facts)).isTrue();
    }

    @Test
    void oneConditionThatIsKnownNotToHoldSettlesTheMatter() {
        ConditionConfig both =
                not(result(Method.SPF, AuthResult.PASS), new ConditionConfig.NullSender(true));
        assertThat(holds(both, checked(all(AuthResult.TEMPERROR, "x.temperror")))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void noRuleAgainstWhatDoesNotPassBitesWhereTheClientsAddressIsHidden(Method method) {
        Facts hairpin = checked(all(AuthResult.NONE, Known.IMPLAUSIBLE));
        assertThat(holds(not(result(method, AuthResult.PASS)), hairpin)).isFalse();
        assertThat(holds(result(method, AuthResult.NONE), hairpin)).isFalse();
        assertThat(holds(new ConditionConfig.Reason(List.of(Known.IMPLAUSIBLE)), hairpin)).isTrue();
    }

    private static ConditionConfig result(Method method, AuthResult result) {
        return new ConditionConfig.Result(method, EnumSet.of(result));
    }

    private static ConditionConfig not(ConditionConfig... conditions) {
        return new ConditionConfig.Not(List.of(conditions));
    }

    private static boolean holds(ConditionConfig condition, Facts facts) {
        return Conditions.all(List.of(condition), facts, LISTS);
    }

    @Test
    void ofSeveralAuthorsAnyIsOnAListAndAllMustBeOnTheAllowList() throws IOException {
        Path folder = Files.createTempDirectory("authors");
        Path own = folder.resolve("own.yaml");
        Path allow = folder.resolve("allow.yaml");
        Files.writeString(own, "author-domain: [two.example]\n");
        Files.writeString(allow, "author-domain: [one.example, three.example]\n");
        ProblemCollector problems = new ProblemCollector();
        AccessLists lists =
                AccessLists.load(
                        List.of(reference(allow)),
                        List.of(),
                        Map.of("own", List.of(reference(own))),
                        TimeSource.system(),
                        problems);
        assertThat(problems.toProblems().all()).isEmpty();
        Facts mixed = by("one.example", "two.example");
        Facts good = by("one.example", "three.example");
        assertThat(Conditions.all(List.of(listed("own")), mixed, lists)).isTrue();
        assertThat(Conditions.all(List.of(listed("own")), good, lists)).isFalse();
        assertThat(Conditions.all(List.of(listed("allow")), mixed, lists)).isFalse();
        assertThat(Conditions.all(List.of(listed("allow")), good, lists)).isTrue();
    }

    private static Facts by(String... authors) {
        Verdicts v = all(AuthResult.NONE, "x.none");
        return checked(
                new Verdicts(
                        v.spf(),
                        v.heloSpf(),
                        v.iprev(),
                        v.dkim(),
                        v.arc(),
                        new DmarcResult(
                                AuthResult.NONE,
                                authors[0],
                                null,
                                null,
                                null,
                                DmarcResult.Policy.NONE,
                                List.of(),
                                "dmarc.none.no-record",
                                List.of(),
                                List.of(authors))));
    }
}
