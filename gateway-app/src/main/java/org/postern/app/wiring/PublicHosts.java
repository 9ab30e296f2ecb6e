package org.postern.app.wiring;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.net.SpecialNetworks;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.HostResolver;

/**
 * Finds the addresses of hosts that senders name, such as their MX, in the DNS alone: no hosts file
 * and no search list. Only public addresses count, and those of {@code networks.public}; otherwise
 * a stranger's MX record could have us talk to a service of our own. Thread-safe.
 */
final class PublicHosts implements HostResolver {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final Supplier<? extends DnsClient> client;
    private final Supplier<List<Cidr>> publicNetworks;
    private final TimeSource time;

    /**
     * @param client the DNS client of this moment
     * @param publicNetworks private-looking networks that are public here
     */
    PublicHosts(
            Supplier<? extends DnsClient> client,
            Supplier<List<Cidr>> publicNetworks,
            TimeSource time) {
        this.client = client;
        this.publicNetworks = publicNetworks;
        this.time = time;
    }

    @Override
    public List<InetAddress> addresses(String host) throws UnknownHostException {
        Optional<DnsName> name = DnsName.parse(host);
        if (name.isEmpty()) {
            throw new UnknownHostException(host + " is no host name");
        }
        DnsBudget budget = DnsBudget.until(Deadline.after(time, LONGEST));
        List<InetAddress> all = new ArrayList<>();
        String trouble = "";
        for (DnsAnswer<InetAddress> answer :
                List.of(
                        client.get().aaaa(name.get(), budget),
                        client.get().a(name.get(), budget))) {
            all.addAll(answer.records());
            if (answer instanceof DnsAnswer.TempError<InetAddress> e) {
                trouble = e.detail();
            }
        }
        List<InetAddress> usable = all.stream().filter(this::isUsable).toList();
        if (!usable.isEmpty()) {
            return usable;
        }
        throw new UnknownHostException(
                !all.isEmpty()
                        ? host + " has no public address: " + Ip.text(all.getFirst())
                        : trouble.isEmpty()
                                ? host + " has no address"
                                : host + " cannot be looked up: " + trouble);
    }

    private boolean isUsable(InetAddress address) {
        return SpecialNetworks.isPublic(address)
                || publicNetworks.get().stream().anyMatch(n -> n.contains(address));
    }
}
