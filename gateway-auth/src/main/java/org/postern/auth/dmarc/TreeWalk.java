package org.postern.auth.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.mail.Domain;

/**
 * The DNS tree walk (RFC 9989, 4.10) and what follows from it: which record applies and which
 * domain is the organizational one. Keeps what it read, so that the walks of one message ask each
 * name once. One message, one thread.
 */
final class TreeWalk {
    /** Longer names are cut to seven labels after the first query (RFC 9989, 4.10, step 4). */
    private static final int SHORTCUT = 7;

    private final DnsClient dns;
    private final DnsBudget budget;
    private final Map<Domain, Level> levels = new HashMap<>();
    private final List<String> trace;

    TreeWalk(DnsClient dns, DnsBudget budget, List<String> trace) {
        this.dns = dns;
        this.budget = budget;
        this.trace = trace;
    }

    /** What one name of the walk holds. */
    private sealed interface Level {
        /** One record. */
        record One(DmarcRecord record) implements Level {}

        /** None, or none that counts. */
        record None(boolean several) implements Level {}

        /** It cannot be known now. */
        record Unknown(String detail) implements Level {}
    }

    /**
     * A record and where it was found.
     *
     * @param domain the domain without {@code _dmarc}
     * @param record the record
     * @param suffix whether it speaks for a public suffix, by its own word or the guard's
     */
    record Found(Domain domain, DmarcRecord record, boolean suffix) {}

    /**
     * What a walk gave.
     *
     * @param start where it began
     * @param found the records, from the longest name to the shortest
     * @param several whether some name was left out because it has several records
     * @param trouble why the walk could not be finished, or null
     */
    record Walk(Domain start, List<Found> found, boolean several, @Nullable String trouble) {
        /** The record of the start itself, or null. */
        @Nullable Found own() {
            return !found.isEmpty() && found.getFirst().domain().equals(start)
                    ? found.getFirst()
                    : null;
        }

        /** The organizational domain of the start (4.10.2), or null where it cannot be known. */
        @Nullable Domain organizationalDomain() {
            if (trouble != null) {
                return null;
            }
            for (Found f : found) {
                if (f.record().psd() == DmarcRecord.Psd.NO) {
                    return f.domain(); // 4.10.2, 1
                }
                if (f.suffix() && !f.domain().equals(start)) {
                    return oneBelow(f.domain()); // 4.10.2, 2
                }
            }
            return found.isEmpty() ? start : found.getLast().domain(); // 4.10.2, 3
        }

        private Domain oneBelow(Domain suffix) {
            String name = start.ascii();
            int cut = name.length() - suffix.ascii().length() - 1;
            int dot = name.lastIndexOf('.', cut - 1);
            return Domain.of(name.substring(dot + 1));
        }
    }

    /** Walks from this domain to the root, or as far as it takes. */
    Walk walk(Domain start) {
        List<Found> found = new ArrayList<>(2);
        boolean several = false;
        String trouble = null;
        Domain at = start;
        while (at != null && trouble == null) {
            boolean suffix = false;
            switch (level(at)) {
                case Level.One(DmarcRecord record) -> {
                    // 11.8: the guard; psd=n is the owner's word that it is no public suffix
                    suffix =
                            record.psd() == DmarcRecord.Psd.YES
                                    || (record.psd() == DmarcRecord.Psd.UNKNOWN
                                            && !at.equals(start)
                                            && PublicSuffixes.contains(at));
                    found.add(new Found(at, record, suffix));
                    if (suffix || record.psd() == DmarcRecord.Psd.NO) {
                        return new Walk(start, found, several, null); // steps 2 and 6
                    }
                }
                case Level.None none -> several |= none.several();
                case Level.Unknown(String detail) -> {
                    if (!isHarmless(at, start, found)) {
                        trouble = detail;
                    }
                }
            }
            at = next(at, at.equals(start));
        }
        return new Walk(start, found, several, trouble);
    }

    /**
     * Whatever a public suffix publishes, the domain right below it stays the organizational one if
     * it has a record of its own. So a top-level domain whose servers fail holds up nobody.
     */
    private static boolean isHarmless(Domain at, Domain start, List<Found> found) {
        if (found.isEmpty() || at.equals(start)) {
            return false;
        }
        String last = found.getLast().domain().ascii();
        return last.length() > at.ascii().length()
                && last.indexOf('.') == last.length() - at.ascii().length() - 1
                && PublicSuffixes.contains(at);
    }

    /** The next name (steps 3, 4 and 7), or null after the last. */
    private static @Nullable Domain next(Domain at, boolean first) {
        String name = at.ascii();
        int dot = name.indexOf('.');
        if (dot < 0) {
            return null;
        }
        if (first) {
            int cut = name.length();
            for (int labels = 0; labels < SHORTCUT && cut >= 0; labels++) {
                cut = name.lastIndexOf('.', cut - 1);
            }
            if (cut >= 0) {
                return Domain.of(name.substring(cut + 1));
            }
        }
        return Domain.of(name.substring(dot + 1));
    }

    private Level level(Domain domain) {
        Level known = levels.get(domain);
        if (known == null) {
            known = ask(domain);
            levels.put(domain, known);
        }
        return known;
    }

    private Level ask(Domain domain) {
        Optional<DnsName> name = DnsName.of(domain).prefixed("_dmarc");
        if (name.isEmpty()) {
            trace.add(domain + ": too long to have a record beneath it");
            return new Level.None(false);
        }
        return switch (dns.txt(name.get(), budget)) {
            case DnsAnswer.Found<byte[]> answer -> read(name.get(), answer.records());
            case DnsAnswer.NoData<byte[]> _, DnsAnswer.NxDomain<byte[]> _ -> {
                trace.add(name.get() + ": no record");
                yield new Level.None(false);
            }
            case DnsAnswer.TempError<byte[]> error -> {
                trace.add(name.get() + ": not known now (" + error.reason().word() + ")");
                yield new Level.Unknown(name.get() + ": " + error.reason().word());
            }
        };
    }

    private Level read(DnsName name, List<byte[]> texts) {
        DmarcRecord only = null;
        int count = 0;
        for (byte[] text : texts) {
            DmarcRecord record = DmarcRecord.parse(text);
            if (record != null) {
                only = record;
                count++;
            }
        }
        if (only == null) {
            trace.add(name + ": no record, but other TXT records");
            return new Level.None(false);
        }
        if (count > 1) {
            // 4.10, step 2: several are as good as none
            trace.add(name + ": " + count + " records, so none counts");
            return new Level.None(true);
        }
        trace.add(name + ": " + only.text());
        return new Level.One(only);
    }
}
