package org.postern.core.config;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postern.core.net.Cidr;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads section {@code networks}. */
final class NetworksReader {
    private final ProblemCollector problems;

    NetworksReader(ProblemCollector problems) {
        this.problems = problems;
    }

    NetworksConfig read(Section s) {
        Map<Cidr, InetAddress> secondary = new LinkedHashMap<>();
        s.section(Keys.SECONDARY.name())
                .ifPresent(part -> {
                    for (YamlNode.Entry entry : part.all()) {
                        secondary(entry, secondary);
                    }
                });
        NetworksConfig networks =
                new NetworksConfig(
                        s.values(Keys.INTERNAL),
                        s.values(Keys.TRUSTED_RELAYS),
                        s.values(Keys.LOAD_BALANCERS),
                        s.values(Keys.PUBLIC),
                        secondary);
        s.finish();
        return networks;
    }

    private void secondary(YamlNode.Entry entry, Map<Cidr, InetAddress> secondary) {
        Place place = entry.keyPlace();
        try {
            Cidr network = ValueTypes.CIDR.parser().parse(entry.key());
            place = entry.value().place();
            InetAddress address = ValueTypes.IP.read(entry.value());
            secondary.put(network, address);
        } catch (BadValueException e) {
            problems.error(place, "networks.secondary: " + e.getMessage());
        }
    }
}
