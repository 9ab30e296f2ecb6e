package org.postern.core.policy;

import static org.postern.core.config.ConditionConfig.AddressOf;
import static org.postern.core.config.ConditionConfig.DomainOf;
import static org.postern.core.config.ConditionConfig.Method;
import static org.postern.core.policy.ConditionFacts.BARE;
import static org.postern.core.policy.ConditionFacts.MAIL;
import static org.postern.core.policy.ConditionFacts.all;
import static org.postern.core.policy.ConditionFacts.checked;
import static org.postern.core.policy.ConditionFacts.dnsListed;
import static org.postern.core.policy.ConditionFacts.mailFrom;
import static org.postern.core.policy.ConditionFacts.scanned;
import static org.postern.core.policy.ConditionFacts.unchecked;
import static org.postern.core.policy.ConditionFacts.withRecipient;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.Known;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.ConditionConfig.DomainPattern;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.reputation.Standing;
import org.postern.core.scan.ScanResult.Outcome;

/**
 * One row for each condition of the vocabulary: what meets it, what misses it, what leaves it open.
 */
final class ConditionRows {
    static final Place HERE = Place.start(Path.of("postern.yaml"));

    private ConditionRows() {}

    /** One condition and facts of each kind; without facts nobody can fail to know it. */
    record Row(ConditionConfig condition, Facts met, Facts missed, List<Facts> unknown) {
        @Override
        public String toString() {
            return condition.toString();
        }
    }

    static Row row(ConditionConfig condition, Facts met, Facts missed, Facts... unknown) {
        return new Row(condition, met, missed, List.of(unknown));
    }

    static DomainPattern pattern(String domain) {
        return new DomainPattern(Domain.of(domain), false);
    }

    static ConditionConfig domain(DomainOf of, String domain) {
        return new ConditionConfig.DomainName(of, List.of(pattern(domain)));
    }

    static ConditionConfig listed(String... names) {
        return new ConditionConfig.Listed(Set.of(names), HERE);
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
        rows.add(row(listed("own"), mailFrom("bad@sender.example"), MAIL));
        rows.add(row(listed("own"), mailFrom("x@bad.example"), MAIL));
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
        rows.add(row(listed("deny"), mailFrom("x@bad.example"), mailFrom("good@bad.example")));
        rows.add(
                row(
                        listed("deny"),
                        BARE.withHelo("bad.helo.example"),
                        BARE.withHelo("bad.helo.example")
                                .withReversePath(
                                        ReversePath.of(EmailAddress.of("good@bad.example")))));
        rows.add(row(listed("allow"), mailFrom("good@bad.example"), mailFrom("x@bad.example")));
        rows.add(row(listed("allow", "own"), mailFrom("x@bad.example"), MAIL));
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
                        dnsListed(List.of(hit)),
                        dnsListed(List.of(), "another"),
                        dnsListed(List.of(), "zen"),
                        MAIL));
        rows.add(
                row(
                        new ConditionConfig.DnsblScoreOver(4),
                        dnsListed(List.of(hit)),
                        dnsListed(List.of()),
                        dnsListed(List.of(), "another"),
                        dnsListed(List.of(hit), "allow"),
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
}
