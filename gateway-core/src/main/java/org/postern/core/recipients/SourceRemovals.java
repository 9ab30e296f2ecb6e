package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.config.RecipientsConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * What one domain would lose because a source of it is another than before: taken out of its list,
 * a file of another name, a shorter {@code static}. All of its sources together are compared, so
 * that whoever has only moved from one to another is not missed; nobody is asked over the network,
 * and of whom a source that is away may know nothing is lost. Used by one thread, once.
 *
 * <p>A source that is still there is not looked at here: {@link FileRemovals} compares the file
 * with itself, {@link SyncedDirectory} its lists.
 */
final class SourceRemovals {
    private final Domain domain;
    private final Recipients before;
    private final Recipients after;

    /**
     * @param domain hosted before and after
     */
    SourceRemovals(Domain domain, Recipients before, Recipients after) {
        this.domain = domain;
        this.before = before;
        this.after = after;
    }

    /**
     * Who would hear 550 and was known.
     *
     * @param maxRemoval the share of the domain's recipients that may go unconfirmed
     */
    Removal loss(double maxRemoval) {
        Set<Object> now = new HashSet<>();
        after.sources(domain).forEach(source -> now.add(identity(source, after)));
        List<RecipientDirectory> gone =
                before.sources(domain).stream()
                        .filter(source -> !now.contains(identity(source, before)))
                        .toList();
        if (gone.isEmpty()) {
            return new Removal(0, 0, false, "");
        }
        Set<String> known = new HashSet<>();
        before.sources(domain).forEach(source -> addNames(source, known));
        Set<String> missed = new HashSet<>();
        gone.forEach(source -> addNames(source, missed));
        missed.removeIf(local ->
                after.listed(EmailAddress.of(local, domain)) != RecipientLookup.Unknown.INSTANCE);
        int removed = missed.size();
        boolean tooMuch =
                removed > Math.max(RecipientsConfig.ALWAYS, known.size() * maxRemoval)
                        || (removed > 0 && removed == known.size());
        return new Removal(
                removed,
                known.size(),
                tooMuch,
                removed + " of " + known.size() + " recipients of " + domain);
    }

    /** What stays the same as long as a source does. */
    private static Object identity(RecipientDirectory source, Recipients all) {
        return switch (source) {
            case RecipientFile file ->
                    all.files().entrySet().stream()
                            .filter(named -> named.getValue() == file)
                            .map(Map.Entry::getKey)
                            .findFirst()
                            .orElse(Path.of(""));
            case StaticDirectory addresses -> addresses.keys();
            case SyncedDirectory synced -> synced.config().name();
            case CalloutDirectory callout -> callout.config().name();
            case Recipients.Unasked unasked -> unasked.config().name();
            default -> source.name();
        };
    }

    /** The local parts of everybody in this domain whom a source has in memory. */
    private void addNames(RecipientDirectory source, Set<String> names) {
        switch (source) {
            case RecipientFile file -> addNames(file, names);
            case SyncedDirectory synced -> synced.table().ifPresent(list -> addNames(list, names));
            case StaticDirectory addresses ->
                    addresses.keys().stream()
                            .filter(key -> key.endsWith("@" + domain.ascii()))
                            .forEach(key -> names.add(key.substring(0, key.lastIndexOf('@'))));
            default -> {
                // a call-out has no list; accept-all knows nobody by name
            }
        }
    }

    private void addNames(RecipientFile file, Set<String> names) {
        file.names(
                Set.of(domain), (key, where) -> names.add(key.substring(0, key.lastIndexOf('@'))));
    }
}
