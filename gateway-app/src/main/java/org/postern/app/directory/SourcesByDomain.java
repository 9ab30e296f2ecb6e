package org.postern.app.directory;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;

/** Which domains of a configuration name which source that is fetched whole. Stateless. */
final class SourcesByDomain {
    private SourcesByDomain() {}

    /** The domains that name a source. */
    static Set<Domain> of(String source, PosternConfig config) {
        return config.domains().values().stream()
                .filter(domain -> names(domain).contains(source))
                .map(DomainConfig::domain)
                .collect(Collectors.toSet());
    }

    /**
     * The sources that are gone from a domain that names a new one.
     *
     * @param fresh the new one
     * @return of each by name the domains of which that is true
     */
    static Map<String, Set<Domain>> replacedBy(
            String fresh, PosternConfig now, PosternConfig next) {
        Map<String, Set<Domain>> found = new TreeMap<>();
        for (Domain domain : of(fresh, next)) {
            DomainConfig before = now.domains().get(domain);
            DomainConfig after = next.domains().get(domain);
            if (before != null && after != null) {
                Set<String> gone = names(before);
                gone.removeAll(names(after));
                gone.forEach(name -> found.computeIfAbsent(name, n -> new HashSet<>()).add(domain));
            }
        }
        return found;
    }

    private static Set<String> names(DomainConfig domain) {
        Set<String> names = new HashSet<>();
        for (RecipientSourceConfig source : domain.recipients()) {
            if (source instanceof RecipientSourceConfig.Synced synced) {
                names.add(synced.name());
            }
        }
        return names;
    }
}
