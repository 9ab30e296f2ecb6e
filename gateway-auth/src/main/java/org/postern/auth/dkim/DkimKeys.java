package org.postern.auth.dkim;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;

/**
 * Fetches key records and reads them. What a record's text was read as is kept, by the text, so
 * that a change in the DNS is seen as soon as the DNS client sees it; the cache is bounded by
 * octets. Thread-safe.
 */
public final class DkimKeys {
    private static final long CACHE_OCTETS = 8L << 20;

    /** What an entry costs besides its text: the key, its numbers, the cache's node. */
    private static final int ENTRY_OCTETS = 2048;

    /** A selector has one record (RFC 6376, 3.6.2.2); of more, this many are tried. */
    private static final int MAX_RECORDS = 4;

    private final DnsClient dns;
    private final Cache<String, DkimKey.Parsed> parsed =
            Caffeine.newBuilder()
                    .maximumWeight(CACHE_OCTETS)
                    .weigher((String text, DkimKey.Parsed key) -> ENTRY_OCTETS + text.length())
                    .build();

    /** Keys from this DNS. */
    public DkimKeys(DnsClient dns) {
        this.dns = dns;
    }

    /** What is known of a selector. */
    public sealed interface Lookup {
        /**
         * Records there are; each was read.
         *
         * @param keys those that can be used, perhaps none
         * @param problem of the first record that cannot be used; stands for the look-up when no
         *     key can be used
         * @param problemTesting whether that record says {@code t=y}
         */
        record Records(List<DkimKey> keys, DkimProblem problem, boolean problemTesting)
                implements Lookup {
            /** A copy of the list is kept. */
            public Records {
                keys = List.copyOf(keys);
            }
        }

        /** No record, or none to be had now. */
        record Missing(DkimProblem problem) implements Lookup {}
    }

    private static final DkimProblem NO_PROBLEM =
            new DkimProblem(DkimReason.PERMERROR_NO_KEY, "no key record");

    /** For a name that nobody could be asked about. */
    public static final Lookup NOT_ASKED =
            new Lookup.Missing(
                    new DkimProblem(DkimReason.TEMPERROR_DNS, "the look-up did not end"));

    /**
     * Asks for the keys at several names side by side; blocks until the budget's deadline at most.
     *
     * @return a look-up for each name; one may be missing only if the thread was interrupted
     */
    public Map<DnsName, Lookup> findAll(Set<DnsName> names, DnsBudget budget) {
        if (names.isEmpty()) {
            return Map.of();
        }
        if (names.size() == 1) {
            DnsName name = names.iterator().next();
            return Map.of(name, find(name, budget));
        }
        Map<DnsName, Lookup> found = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>(names.size());
        for (DnsName name : names) {
            threads.add(
                    Thread.ofVirtual()
                            .name("dkim-key")
                            .start(() -> found.put(name, find(name, budget))));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        return Map.copyOf(found);
    }

    /** Asks for the keys at this name; blocks until the budget's deadline at most. */
    public Lookup find(DnsName name, DnsBudget budget) {
        return switch (dns.txt(name, budget)) {
            case DnsAnswer.Found<byte[]> found -> read(found.records());
            case DnsAnswer.NoData<byte[]> none -> missing(name, "has no TXT record");
            case DnsAnswer.NxDomain<byte[]> none -> missing(name, "does not exist");
            case DnsAnswer.TempError<byte[]> trouble ->
                    new Lookup.Missing(
                            new DkimProblem(
                                    DkimReason.TEMPERROR_DNS,
                                    "no answer for "
                                            + name
                                            + ": "
                                            + trouble.reason().word()
                                            + ", "
                                            + trouble.detail()));
        };
    }

    private static Lookup missing(DnsName name, String what) {
        return new Lookup.Missing(new DkimProblem(DkimReason.PERMERROR_NO_KEY, name + " " + what));
    }

    private Lookup read(List<byte[]> records) {
        DkimProblem problem = null;
        boolean testing = false;
        DkimKey[] keys = new DkimKey[Math.min(MAX_RECORDS, records.size())];
        int count = 0;
        for (byte[] record : records.subList(0, keys.length)) {
            String text = new String(record, StandardCharsets.ISO_8859_1);
            switch (parsed.get(text, DkimKey::parse)) {
                case DkimKey.Parsed.Usable usable -> keys[count++] = usable.key();
                case DkimKey.Parsed.Unusable unusable -> {
                    // a wildcard may add records that are no keys: a revoked key tells more
                    if (problem == null || problem.reason() == DkimReason.PERMERROR_KEY_SYNTAX) {
                        problem = unusable.problem();
                        testing = unusable.testing();
                    }
                }
            }
        }
        return new Lookup.Records(
                List.of(Arrays.copyOf(keys, count)),
                problem == null ? NO_PROBLEM : problem,
                testing);
    }
}
