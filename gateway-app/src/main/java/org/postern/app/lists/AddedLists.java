package org.postern.app.lists;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.lists.AddedEntries;
import org.postern.core.lists.AddedEntries.Target;
import org.postern.core.lists.DamagedList;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.UnreadableListException;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The added entries of the running gateway: a change is made durable first and put into force
 * second, beside the lists that are loaded; sessions that are open keep what they began with. Each
 * change is one log line. Thread-safe; a call forces the disk.
 */
public final class AddedLists {
    private static final Logger LOG = LoggerFactory.getLogger("lists");

    private final AddedEntries files;
    private final Supplier<SnapshotResult> refresh;

    /**
     * @param data the data directory
     * @param refresh puts what stands in the files of added entries into force
     */
    public AddedLists(Path data, TimeSource time, Supplier<SnapshotResult> refresh) {
        this.files = new AddedEntries(data, time);
        this.refresh = refresh;
        for (Path damaged : DamagedList.lying(data)) {
            LOG.error(
                    "a file of added entries was damaged at a start; what could not be read is in"
                            + " {}: look, add it again, and take the file away",
                    damaged);
        }
    }

    /** The entries of a list, in the order they were added, expired ones among them. */
    public List<ListEntry> entries(Target target) throws IOException {
        return files.entries(target);
    }

    /**
     * Adds an entry, or gives one that is there another comment, owner and end.
     *
     * @throws InvalidAddressException if the value is no address or domain
     * @throws IllegalArgumentException if it is no network
     * @throws IOException if it could not be stored or put into force
     */
    public ListEntry add(
            Target target,
            ListKind kind,
            String value,
            @Nullable String comment,
            @Nullable String owner,
            @Nullable Instant expires)
            throws InvalidAddressException, IOException {
        ListEntry entry = files.add(target, kind, value, comment, owner, expires);
        refreshed();
        LOG.info(
                "{} {} {} added by {}, {}{}",
                target.word(),
                kind.key(),
                entry.value(),
                owner == null ? "nobody named" : owner,
                expires == null ? "for good" : "until " + expires,
                comment == null ? "" : ": " + comment);
        return entry;
    }

    /**
     * Adds clients that wrote to spam traps, in one change.
     *
     * @param clients each client and why
     * @throws IOException if they could not be stored or put into force
     */
    public void addTrapped(Map<Cidr, String> clients, Instant expires) throws IOException {
        int added = files.addTrapped(clients, expires);
        if (added > 0) {
            refreshed();
            Map.Entry<Cidr, String> one = clients.entrySet().iterator().next();
            LOG.info(
                    "deny client: {} added by spam traps until {}: {} {}{}",
                    added,
                    expires,
                    one.getKey(),
                    one.getValue(),
                    added == 1 ? "" : ", and others");
        }
    }

    /**
     * Takes an entry back.
     *
     * @param by who, for the log
     * @return whether it was there
     * @throws InvalidAddressException if the value is no address or domain
     * @throws IllegalArgumentException if it is no network
     * @throws IOException if the change could not be stored or put into force
     */
    public boolean remove(Target target, ListKind kind, String value, String by)
            throws InvalidAddressException, IOException {
        boolean there = files.remove(target, kind, value);
        if (there) {
            refreshed();
            LOG.info("{} {} {} taken back by {}", target.word(), kind.key(), value, by);
        }
        return there;
    }

    private void refreshed() throws IOException {
        if (refresh.get() instanceof SnapshotResult.Refused refused) {
            throw new UnreadableListException(
                    refused.problems().errors().getFirst()
                            + " (the change is stored, but not in force)");
        }
    }
}
