package org.postern.app.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;

/**
 * Whether the resolvers answer, how soon, and whether they say "there is no such name" when there
 * is none.
 */
final class ResolverCheck implements Check {
    private static final Duration SLOW = Duration.ofSeconds(1);

    // RFC 2606, 3: registered to nobody's use, and without wildcard records
    private static final String EMPTY_ZONE = "example.com";

    @Override
    public String name() {
        return "resolver";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        String servers = servers(scene.config());
        Domain asked = scene.config().domains().keySet().iterator().next();
        long start = scene.time().nanoTime();
        DnsAnswer<MxRecord> answer = scene.dns().mx(DnsName.of(asked), scene.budget());
        Duration took = Duration.ofNanos(scene.time().nanoTime() - start);
        if (answer instanceof DnsAnswer.TempError<MxRecord> trouble) {
            findings.add(
                    Finding.failure(
                            name(),
                            servers + " gave no answer for MX " + asked + ": " + trouble.detail(),
                            "without DNS every SPF, DKIM and DMARC check is temperror and"
                                    + " downstreams with names are not found",
                            dig(scene.config()) + "mx " + asked));
            return findings;
        }
        if (took.compareTo(SLOW) > 0) {
            findings.add(
                    Finding.warning(
                            name(),
                            servers + " took " + took.toMillis() + " ms for MX " + asked,
                            "a message needs a dozen such answers within"
                                    + " authentication.deadline before its sender is answered",
                            dig(scene.config()) + "mx " + asked));
        } else {
            findings.add(Finding.ok(name(), servers + " answers, in " + took.toMillis() + " ms"));
        }
        findings.add(absence(scene, servers));
        return findings;
    }

    private Finding absence(Scene scene, String servers) {
        String unused = "postern-" + UUID.randomUUID() + "." + EMPTY_ZONE;
        return switch (scene.dns().a(DnsName.of(unused), scene.budget())) {
            case DnsAnswer.NxDomain<InetAddress> _ ->
                    Finding.ok(name(), servers + " says so when a name does not exist");
            case DnsAnswer.NoData<InetAddress> _ ->
                    Finding.ok(name(), servers + " says so when a name has no address");
            case DnsAnswer.Found<InetAddress> found ->
                    Finding.failure(
                            name(),
                            servers
                                    + " gives "
                                    + Ip.text(found.records().getFirst())
                                    + " for a name that does not exist",
                            "it answers for names that nobody has: every DNS block list seems to"
                                    + " list everybody, and forged domains seem to exist",
                            dig(scene.config()) + unused);
            case DnsAnswer.TempError<InetAddress> trouble ->
                    Finding.notChecked(
                            name(),
                            "whether "
                                    + servers
                                    + " says so when a name does not exist: no answer for "
                                    + EMPTY_ZONE
                                    + ": "
                                    + trouble.detail(),
                            "it answers for our own domain and not for others: is it a resolver,"
                                    + " and can it reach the internet?",
                            dig(scene.config()) + EMPTY_ZONE);
        };
    }

    /** What people call the resolvers in use. */
    static String servers(PosternConfig config) {
        return config.dns().servers().isEmpty()
                ? "the resolver of /etc/resolv.conf"
                : "resolver "
                        + String.join(
                                ", ",
                                config.dns().servers().stream().map(ResolverCheck::text).toList());
    }

    private static String text(InetSocketAddress server) {
        return Ip.text(server.getAddress()) + ":" + server.getPort();
    }

    /** {@code dig} as far as the question, asking the first configured resolver. */
    static String dig(PosternConfig config) {
        if (config.dns().servers().isEmpty()) {
            return "dig ";
        }
        InetSocketAddress first = config.dns().servers().getFirst();
        return "dig @"
                + Ip.text(first.getAddress())
                + (first.getPort() == 53 ? " " : " -p " + first.getPort() + " ");
    }
}
