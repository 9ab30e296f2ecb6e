package org.postern.app.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.snapshot.Snapshot;

/** What {@code postern lists test} finds, in the daemon or on disk. */
public final class ListHits {
    private ListHits() {}

    /**
     * An entry that hits.
     *
     * @param list {@code allow}, {@code deny} or a name of {@code lists.named}
     */
    public record Hit(String list, ListEntry entry) {
        private static Optional<Hit> of(ListMatch match) {
            return switch (match) {
                case ListMatch.Allow allow -> Optional.of(new Hit("allow", allow.entry()));
                case ListMatch.Deny deny -> Optional.of(new Hit("deny", deny.entry()));
                case ListMatch.Named named -> Optional.of(new Hit(named.list(), named.entry()));
                case ListMatch.None none -> Optional.empty();
            };
        }
    }

    /**
     * Every entry that hits an IP address, an address or a domain; of a subaddress those of its
     * mailbox too.
     *
     * @throws InvalidAddressException if the text is none of them
     */
    public static List<Hit> of(Snapshot snapshot, String text) throws InvalidAddressException {
        List<Hit> hits = new ArrayList<>(all(snapshot, text).toList());
        if (text.indexOf('@') > 0) {
            Optional<EmailAddress> mailbox =
                    snapshot.recipients().withoutDetail(EmailAddress.parse(text));
            if (mailbox.isPresent()) {
                all(snapshot, mailbox.get().toString())
                        .filter(hit -> hit.entry().kind() == ListKind.RECIPIENT)
                        .filter(hit -> !hits.contains(hit))
                        .forEach(hits::add);
            }
        }
        return hits;
    }

    private static Stream<Hit> all(Snapshot snapshot, String text) throws InvalidAddressException {
        return snapshot.lists().test(text).stream().flatMap(match -> Hit.of(match).stream());
    }
}
