package org.postern.core.lists;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Cidr;

/**
 * The allow entries, or the deny entries: everything in one table, found by kind and value. Filled
 * by one thread, frozen, then only read.
 */
final class ListTable implements ListFile.Sink {
    private final EntryTable entries = new EntryTable();
    private final NetworkIndex networks = new NetworkIndex();
    private final Map<ListKind, NameIndex> names = new EnumMap<>(ListKind.class);

    ListTable() {
        for (ListKind kind : ListKind.values()) {
            if (kind != ListKind.CLIENT) {
                names.put(kind, new NameIndex());
            }
        }
    }

    /** The files it was read from. */
    List<Path> files() {
        return entries.files();
    }

    EntryTable entries() {
        return entries;
    }

    @Override
    public void network(Cidr network, int line, EntryTable.Details about) {
        networks.add(network, entries.add(line, about));
    }

    /** Adds a name; of two entries with the same name the one that holds longer stays. */
    @Override
    public void name(ListKind kind, String name, int line, EntryTable.Details about) {
        int entry = entries.add(line, about);
        NameIndex index = index(kind);
        int before = index.putIfAbsent(name, entry);
        if (before != NameIndex.NONE && entries.outlives(entry, before)) {
            index.replace(name, entry);
        }
    }

    private NameIndex index(ListKind kind) {
        NameIndex index = names.get(kind);
        if (index == null) {
            throw new IllegalArgumentException(kind + " is not looked up by name");
        }
        return index;
    }

    /** Whether there is any entry of a kind. */
    boolean has(ListKind kind) {
        return kind == ListKind.CLIENT ? networks.size() > 0 : index(kind).size() > 0;
    }

    void freeze() {
        networks.freeze(entries::outlives);
        entries.freeze();
    }

    Optional<ListEntry> client(InetAddress address, Instant now) {
        if (networks.size() == 0) {
            return Optional.empty();
        }
        int found = networks.find(address, e -> !entries.isExpired(e, now));
        return found == NetworkIndex.NONE
                ? Optional.empty()
                : Optional.of(
                        entries.describe(
                                networks.entry(found),
                                ListKind.CLIENT,
                                networks.network(found, address).toString()));
    }

    /** An address, or its whole domain as {@code @domain}. */
    Optional<ListEntry> address(ListKind kind, EmailAddress address, Instant now) {
        NameIndex index = index(kind);
        if (index.size() == 0) {
            return Optional.empty();
        }
        String name = address.key();
        byte[] key = NameIndex.encode(name);
        int entry = wanted(index.find(key, 0, key.length), now);
        if (entry == NameIndex.NONE) {
            int at = lastAt(key);
            entry = wanted(index.find(key, at, key.length), now);
            name = "@" + address.host().ascii();
        }
        return described(entry, kind, name);
    }

    /** The entry for everybody of a domain, {@code @domain}. */
    Optional<ListEntry> wholeDomain(ListKind kind, Domain domain, Instant now) {
        String name = "@" + domain.ascii();
        return described(wanted(index(kind).find(name), now), kind, name);
    }

    private static int lastAt(byte[] key) {
        int at = key.length - 1;
        while (at > 0 && key[at] != '@') {
            at--;
        }
        return at;
    }

    /** A domain exactly, or it or one above it as {@code .domain}; the longest wins. */
    Optional<ListEntry> domain(ListKind kind, String domain, Instant now) {
        NameIndex index = index(kind);
        if (index.size() == 0) {
            return Optional.empty();
        }
        byte[] key = NameIndex.encode("." + domain);
        int entry = wanted(index.find(key, 1, key.length), now);
        if (entry != NameIndex.NONE) {
            return described(entry, kind, domain);
        }
        for (int from = 0; from < key.length; from++) {
            if (key[from] == '.') {
                entry = wanted(index.find(key, from, key.length), now);
                if (entry != NameIndex.NONE) {
                    return described(
                            entry,
                            kind,
                            new String(
                                    key,
                                    from,
                                    key.length - from,
                                    java.nio.charset.StandardCharsets.UTF_8));
                }
            }
        }
        return Optional.empty();
    }

    private int wanted(int entry, Instant now) {
        return entry != NameIndex.NONE && entries.isExpired(entry, now) ? NameIndex.NONE : entry;
    }

    private Optional<ListEntry> described(int entry, ListKind kind, String name) {
        return entry == NameIndex.NONE
                ? Optional.empty()
                : Optional.of(entries.describe(entry, kind, EntryValue.written(kind, name)));
    }
}
