package org.postern.app.scan;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;

/**
 * The field names that the signatures of one message cover, of those signatures alone that passed:
 * anybody can write one that never will. Immutable.
 */
final class SignedNames {
    /** By name in small letters, how often one signature names it at most. */
    private final Map<String, Integer> times = new HashMap<>();

    private final HeaderSection header;

    /**
     * Reads them.
     *
     * @param header the header section as it was received
     * @param verdicts what was found of its signatures
     */
    SignedNames(HeaderSection header, Verdicts verdicts) {
        this.header = header;
        List<DkimResult> dkim = verdicts.dkim();
        List<HeaderField> signatures = header.fields("dkim-signature");
        // one result for each field, in their order; the last may stand for all beyond the cap
        for (int i = 0; i < Math.min(dkim.size(), signatures.size()); i++) {
            if (dkim.get(i).result() == AuthResult.PASS) {
                add(signatures.get(i));
            }
        }
        ArcResult arc = verdicts.arc();
        if (arc.result() == AuthResult.PASS) {
            for (HeaderField field : header.fields("arc-message-signature")) {
                // RFC 8617, 5.2: of a chain that passed, those from the oldest pass on verify
                String instance = tag(field, "i");
                if (instance != null
                        && instance.matches("[0-9]{1,3}")
                        && Integer.parseInt(instance) >= arc.oldestPass()) {
                    add(field);
                }
            }
        }
    }

    /** Whether a signature covers fields of this name, or their absence (RFC 6376, 5.4.2). */
    boolean cover(String name) {
        return times.containsKey(small(name));
    }

    /**
     * Whether one more field of this name breaks a signature. Fields are counted from the bottom
     * and a new one stands at the top, so that it is covered only where a signature names the field
     * more often than it occurs (RFC 6376, 5.4.2 and 8.15).
     */
    boolean forbidMoreOf(String name) {
        return times.getOrDefault(small(name), 0) > header.fields(name).size();
    }

    private void add(HeaderField signature) {
        String names = tag(signature, "h");
        if (names == null) {
            return;
        }
        Map<String, Integer> here = new HashMap<>();
        for (String name : names.split(":", -1)) {
            here.merge(small(name.strip()), 1, Integer::sum);
        }
        here.forEach((name, count) -> times.merge(name, count, Math::max));
    }

    private static @Nullable String tag(HeaderField signature, String name) {
        for (String tag : signature.value().split(";", -1)) {
            int equals = tag.indexOf('=');
            if (equals >= 0 && tag.substring(0, equals).strip().equals(name)) {
                return tag.substring(equals + 1).strip();
            }
        }
        return null;
    }

    private static String small(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
