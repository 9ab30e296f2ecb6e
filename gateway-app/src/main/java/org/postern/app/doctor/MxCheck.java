package org.postern.app.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.core.mail.Domain;

/** Whether the MX records of our domains lead to this host (RFC 5321, 5.1). */
final class MxCheck implements Check {
    private static final int MAX_DOMAINS = 50;

    @Override
    public String name() {
        return "mx";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Domain> domains =
                scene.config().domains().keySet().stream()
                        .sorted(Comparator.comparing(Domain::ascii))
                        .toList();
        List<Finding> findings = new ArrayList<>();
        for (Domain domain : domains.subList(0, Math.min(MAX_DOMAINS, domains.size()))) {
            findings.add(domain(scene, domain));
        }
        if (domains.size() > MAX_DOMAINS) {
            findings.add(
                    Finding.notChecked(
                            name(),
                            (domains.size() - MAX_DOMAINS)
                                    + " further domains: only the first "
                                    + MAX_DOMAINS
                                    + " are looked at",
                            "nothing is known of their MX records",
                            ResolverCheck.dig(scene.config()) + "+short mx DOMAIN"));
        }
        return findings;
    }

    private Finding domain(Scene scene, Domain domain) {
        DnsName self = DnsName.of(scene.config().hostname());
        String dig = ResolverCheck.dig(scene.config()) + "+short mx " + domain;
        return switch (scene.dns().mx(DnsName.of(domain), scene.budget())) {
            case DnsAnswer.Found<MxRecord> found -> records(found.records(), domain, self, dig);
            case DnsAnswer.NoData<MxRecord> _ ->
                    Finding.failure(
                            name(),
                            domain + " has no MX record",
                            "senders then try the A and AAAA records of the domain itself (RFC"
                                    + " 5321, 5.1), most often a web server; publish: "
                                    + domain
                                    + ". MX 10 "
                                    + self
                                    + ".",
                            dig);
            case DnsAnswer.NxDomain<MxRecord> _ ->
                    Finding.failure(
                            name(),
                            domain + " does not exist in DNS",
                            "nobody can send mail to it; is the name right, is the domain still"
                                    + " registered?",
                            dig);
            case DnsAnswer.TempError<MxRecord> trouble ->
                    Finding.notChecked(
                            name(),
                            "MX of " + domain + ": " + trouble.detail(),
                            "the DNS gave no answer; senders may have the same trouble",
                            dig);
        };
    }

    private Finding records(List<MxRecord> records, Domain domain, DnsName self, String dig) {
        List<String> hosts =
                records.stream()
                        .sorted(Comparator.comparingInt(MxRecord::preference))
                        .map(r -> r.preference() + " " + r.exchange())
                        .toList();
        if (records.stream().allMatch(r -> r.exchange().isRoot())) {
            return Finding.failure(
                    name(),
                    domain + " has a null MX",
                    "it says that the domain takes no mail at all (RFC 7505); senders give up at"
                            + " once",
                    dig);
        }
        if (records.stream().anyMatch(r -> r.exchange().equals(self))) {
            return Finding.ok(name(), domain + " names this host: MX " + String.join(", ", hosts));
        }
        return Finding.warning(
                name(),
                domain + " does not name " + self + ": MX " + String.join(", ", hosts),
                "its mail goes elsewhere, or comes here under another name (a balancer's, an"
                        + " alias); if it should come here, publish: "
                        + domain
                        + ". MX 10 "
                        + self
                        + ".",
                dig);
    }
}
