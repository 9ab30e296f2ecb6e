package org.postern.auth.spf;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;

/**
 * An SPF record, read whole: every term obeys the grammar (RFC 7208, 4.6).
 *
 * @param directives in the order of the record
 * @param redirect domain-spec of {@code redirect=}, or null
 * @param exp domain-spec of {@code exp=}, or null
 */
record SpfRecord(
        List<Directive> directives, @Nullable MacroString redirect, @Nullable MacroString exp) {
    SpfRecord {
        directives = List.copyOf(directives);
    }

    /**
     * A mechanism and what it means if it matches.
     *
     * @param result what the qualifier says
     * @param mechanism the mechanism
     * @param source the term as written, with its qualifier
     */
    record Directive(AuthResult result, Mechanism mechanism, String source) {}

    /** A mechanism (RFC 7208, 5). */
    sealed interface Mechanism {
        /** Its name in the grammar. */
        String name();

        /** {@code all}. */
        record All() implements Mechanism {
            @Override
            public String name() {
                return "all";
            }
        }

        /** {@code include:domain}. */
        record Include(MacroString domain) implements Mechanism {
            @Override
            public String name() {
                return "include";
            }
        }

        /** {@code a[:domain][/4][//6]}. */
        record A(@Nullable MacroString domain, int prefix4, int prefix6) implements Mechanism {
            @Override
            public String name() {
                return "a";
            }
        }

        /** {@code mx[:domain][/4][//6]}. */
        record Mx(@Nullable MacroString domain, int prefix4, int prefix6) implements Mechanism {
            @Override
            public String name() {
                return "mx";
            }
        }

        /** {@code ptr[:domain]}. */
        record Ptr(@Nullable MacroString domain) implements Mechanism {
            @Override
            public String name() {
                return "ptr";
            }
        }

        /** {@code ip4:network} or {@code ip6:network}, 4 or 16 octets. */
        final class Network implements Mechanism {
            private final byte[] octets;
            private final int prefix;

            Network(byte[] octets, int prefix) {
                this.octets = octets.clone();
                this.prefix = prefix;
            }

            @Override
            public String name() {
                return octets.length == 4 ? "ip4" : "ip6";
            }

            /** Whether the address lies in it; an address of the other family never does. */
            boolean holds(byte[] address) {
                return sameNetwork(octets, address, prefix);
            }
        }

        /** {@code exists:domain}. */
        record Exists(MacroString domain) implements Mechanism {
            @Override
            public String name() {
                return "exists";
            }
        }
    }

    /** Whether two addresses of one family agree in their first bits. */
    static boolean sameNetwork(byte[] a, byte[] b, int prefix) {
        if (a.length != b.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((a[whole] ^ b[whole]) & 0xff) >> (8 - rest) == 0;
    }
}
