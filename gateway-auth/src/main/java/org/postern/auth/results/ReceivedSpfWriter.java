package org.postern.auth.results;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.SpfResult;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;

/**
 * Writes a Received-SPF field (RFC 7208, 9.1) on the reverse-path's check. A value that is no
 * dot-atom stands in a quoted string in which nothing can end it; one that no honest session brings
 * forth is left out. Immutable.
 */
public final class ReceivedSpfWriter {
    private static final String FIELD_NAME = "Received-SPF";
    private static final int MAX_VALUE = 320;

    private final Domain receiver;

    /** A writer for the host of this name. */
    public ReceivedSpfWriter(Domain receiver) {
        this.receiver = receiver;
    }

    /** The whole field: name, folded value, CRLF. */
    public String write(SpfResult result, CheckedIdentities identities) {
        List<String> words = new ArrayList<>();
        words.add(result.result().word());
        // a comment: host name and reason code, of which nothing is the sender's
        words.add("(" + receiver.ascii() + ":");
        words.add(result.reason().replaceAll("[^A-Za-z0-9._-]", "?") + ")");
        List<String> pairs = new ArrayList<>();
        pair(pairs, "client-ip", Ip.text(identities.client()));
        pair(pairs, "envelope-from", envelopeFrom(result, identities));
        pair(pairs, "helo", identities.helo());
        pair(pairs, "identity", result.identity().word());
        pair(pairs, "mechanism", result.mechanism());
        pair(pairs, "receiver", receiver.ascii());
        for (int i = 0; i < pairs.size(); i++) {
            words.add(i < pairs.size() - 1 ? pairs.get(i) + ";" : pairs.get(i));
        }
        return HeaderText.fold(FIELD_NAME, words);
    }

    private static String envelopeFrom(SpfResult result, CheckedIdentities identities) {
        // RFC 7208, 2.4: the null reverse-path is checked as postmaster at the HELO name
        return identities.from().isEmpty() ? "postmaster@" + result.domain() : identities.from();
    }

    private static void pair(List<String> pairs, String key, @Nullable String value) {
        if (value != null && !value.isEmpty() && value.length() <= MAX_VALUE) {
            pairs.add(key + "=" + (isDotAtom(value) ? value : HeaderText.quoted(value)));
        }
    }

    /** Whether a text is a dot-atom (RFC 5322, 3.2.3). */
    private static boolean isDotAtom(String text) {
        boolean afterDot = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean digit = c >= '0' && c <= '9';
            if (c == '.' ? afterDot : !letter && !digit && "!#$%&'*+-/=?^_`{|}~".indexOf(c) < 0) {
                return false;
            }
            afterDot = c == '.';
        }
        return !afterDot;
    }
}
