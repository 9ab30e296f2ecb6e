package org.postern.app.doctor;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsName;
import org.postern.core.net.Ip;

/**
 * Whether our hostname has addresses, and each of these a name that is the hostname again
 * (forward-confirmed, RFC 8601, 3).
 */
final class ReverseNameCheck implements Check {
    private static final int MAX_ADDRESSES = 8;

    @Override
    public String name() {
        return "ptr";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        DnsName self = DnsName.of(scene.config().hostname());
        String dig = ResolverCheck.dig(scene.config());
        List<Finding> findings = new ArrayList<>();
        List<InetAddress> addresses = new ArrayList<>();
        boolean unknown = false;
        Map<String, DnsAnswer<InetAddress>> answers = new LinkedHashMap<>();
        answers.put("A", scene.dns().a(self, scene.budget()));
        answers.put("AAAA", scene.dns().aaaa(self, scene.budget()));
        for (Map.Entry<String, DnsAnswer<InetAddress>> answer : answers.entrySet()) {
            addresses.addAll(answer.getValue().records());
            if (answer.getValue() instanceof DnsAnswer.TempError<InetAddress> trouble) {
                unknown = true;
                findings.add(
                        Finding.notChecked(
                                name(),
                                answer.getKey() + " records of " + self + ": " + trouble.detail(),
                                "the DNS gave no answer; senders may have the same trouble",
                                dig + self));
            }
        }
        if (addresses.isEmpty() && !unknown) {
            findings.add(
                    Finding.failure(
                            name(),
                            "hostname " + self + " has no address",
                            "an MX record that names it leads nowhere, and notices that we send"
                                    + " under this name are refused",
                            dig + self));
        }
        for (InetAddress address :
                addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size()))) {
            findings.add(reverse(scene, self, address, dig));
        }
        if (addresses.size() > MAX_ADDRESSES) {
            findings.add(
                    Finding.notChecked(
                            name(),
                            (addresses.size() - MAX_ADDRESSES) + " further addresses of " + self,
                            "only the first " + MAX_ADDRESSES + " are looked at",
                            dig + self));
        }
        if (!addresses.isEmpty()) {
            findings.add(
                    Finding.notChecked(
                            name(),
                            "whether port 25 of "
                                    + Ip.text(addresses.getFirst())
                                    + " can be reached from the internet",
                            "a firewall, a missing port forwarding or a blocked port 25 cannot be"
                                    + " seen from this machine; type this on another network",
                            "swaks --server " + self + " --quit-after EHLO"));
        }
        return findings;
    }

    private Finding reverse(Scene scene, DnsName self, InetAddress address, String dig) {
        String ip = Ip.text(address);
        if (address.isLoopbackAddress() || address.isSiteLocalAddress()) {
            return Finding.warning(
                    name(),
                    self + " is " + ip + ", which is no public address",
                    "from the internet this name leads nowhere; fine only for a trial or an inner"
                            + " network",
                    dig + self);
        }
        return switch (scene.dns().ptr(address, scene.budget())) {
            case DnsAnswer.Found<DnsName> found when found.records().contains(self) ->
                    Finding.ok(name(), ip + " is " + self + ", forward and back");
            case DnsAnswer.Found<DnsName> found ->
                    Finding.warning(
                            name(),
                            ip + " is called " + found.records().getFirst() + ", not " + self,
                            "receivers of our notices compare the two and refuse or distrust; the"
                                    + " provider of the address sets the PTR record",
                            dig + "+short -x " + ip);
            case DnsAnswer.NoData<DnsName> _ -> nameless(ip, self, dig);
            case DnsAnswer.NxDomain<DnsName> _ -> nameless(ip, self, dig);
            case DnsAnswer.TempError<DnsName> trouble ->
                    Finding.notChecked(
                            name(),
                            "PTR of " + ip + ": " + trouble.detail(),
                            "the DNS gave no answer",
                            dig + "+short -x " + ip);
        };
    }

    private Finding nameless(String ip, DnsName self, String dig) {
        return Finding.warning(
                name(),
                ip + " has no name (PTR), it should be " + self,
                "big receivers refuse mail from nameless addresses, our notices among it; the"
                        + " provider of the address sets the PTR record",
                dig + "+short -x " + ip);
    }
}
