package org.postern.auth.results;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.AddressLiteral;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Ip;

/**
 * Writes our Authentication-Results field (RFC 8601, 2.2). Every word is either a constant of ours
 * or a value that {@link HeaderText} found harmless; a property whose value is not is left out, so
 * that nothing that a sender chose can be read as a result. Immutable.
 */
public final class AuthenticationResultsWriter {
    /** The field's name. */
    public static final String FIELD_NAME = "Authentication-Results";

    /** DMARC's reason where there was no message, so that nothing is said of its content. */
    public static final String DMARC_NOT_RUN = "dmarc.not-run";

    private final String authservId;

    /** A writer under this authserv-id (RFC 8601, 2.5). */
    public AuthenticationResultsWriter(String authservId) {
        this.authservId = HeaderText.value(authservId);
    }

    /** The field of these results, in words: joined by spaces they are its value. */
    public Words write(Verdicts verdicts, CheckedIdentities identities) {
        List<String> words = new ArrayList<>(32);
        words.add(authservId + ";");
        spf(words, verdicts.spf(), mailFrom(verdicts.spf(), identities));
        spf(words, verdicts.heloSpf(), property("smtp.helo", helo(identities.helo())));
        iprev(words, verdicts.iprev(), identities);
        if (!verdicts.dmarc().reason().equals(DMARC_NOT_RUN)) {
            content(words, verdicts);
        }
        dropLastSemicolon(words);
        return new Words(words);
    }

    /**
     * The field of a message that was not checked (RFC 8601, 2.2, no-result). The comment says why;
     * it is a text of ours.
     */
    public Words writeNone(String why) {
        List<String> words = new ArrayList<>();
        words.add(authservId + ";");
        words.add("none");
        words.addAll(HeaderText.words("(" + why.replaceAll("[^A-Za-z0-9 .,-]", "?") + ")"));
        return new Words(words);
    }

    private static void content(List<String> words, Verdicts verdicts) {
        for (DkimResult result : verdicts.dkim()) {
            dkim(words, result);
        }
        if (verdicts.dkim().isEmpty()) {
            add(words, "dkim", AuthResult.NONE, "dkim.none");
        }
        arc(words, verdicts.arc());
        dmarc(words, verdicts.dmarc());
    }

    private static void spf(List<String> words, SpfResult result, @Nullable String property) {
        add(words, "spf", result.result(), result.reason(), property);
    }

    private static @Nullable String mailFrom(SpfResult result, CheckedIdentities identities) {
        String domain = HeaderText.domain(result.domain());
        if (identities.from().isEmpty()) {
            // RFC 7208, 2.4: the null reverse-path is checked as postmaster at the HELO name
            return property("smtp.mailfrom", domain == null ? null : "postmaster@" + domain);
        }
        try {
            return property(
                    "smtp.mailfrom", HeaderText.mailbox(EmailAddress.parse(identities.from())));
        } catch (InvalidAddressException e) {
            return property("smtp.mailfrom", domain); // not an address, but what was checked
        }
    }

    private static @Nullable String helo(String helo) {
        if (helo.startsWith("[")) {
            try {
                return HeaderText.host(AddressLiteral.parse(helo));
            } catch (InvalidAddressException e) {
                return null;
            }
        }
        return HeaderText.domain(helo);
    }

    private static void iprev(List<String> words, IprevResult result, CheckedIdentities id) {
        String address = HeaderText.value(Ip.text(id.client()));
        add(
                words,
                "iprev",
                result.result(),
                result.reason(),
                property("policy.iprev", address),
                comment(result));
    }

    /** The name, where it leads back; one that does not is only the client's claim. */
    private static @Nullable String comment(IprevResult result) {
        String name = result.result() == AuthResult.PASS ? HeaderText.domain(result.name()) : null;
        return name == null ? null : "(" + name + ")";
    }

    private static void dkim(List<String> words, DkimResult result) {
        add(
                words,
                "dkim",
                result.result(),
                result.reason(),
                property("header.d", HeaderText.domain(result.domain())),
                property("header.i", agent(result.agent())),
                property("header.s", HeaderText.domain(result.selector())),
                property("header.a", HeaderText.keyword(result.algorithm())),
                property("header.b", HeaderText.base64(result.signaturePrefix()))); // RFC 6008
    }

    /** {@code i=}: an optional local part, an {@code @}, a domain (RFC 6376, 3.5). */
    private static @Nullable String agent(@Nullable String agent) {
        if (agent == null) {
            return null;
        }
        int at = agent.lastIndexOf('@');
        String domain = HeaderText.domain(agent.substring(at + 1));
        if (at < 0 || domain == null) {
            return null;
        }
        if (at == 0) {
            return "@" + domain;
        }
        try {
            String address =
                    HeaderText.mailbox(EmailAddress.parse(agent.substring(0, at) + "@" + domain));
            return address.indexOf('@') < 0 ? "@" + address : address;
        } catch (InvalidAddressException e) {
            return null;
        }
    }

    private static void arc(List<String> words, ArcResult result) {
        add(
                words,
                "arc",
                result.result(),
                result.reason(),
                result.result() == AuthResult.PASS
                        ? "header.oldest-pass=" + result.oldestPass() // RFC 8617, 10.2
                        : null);
    }

    private static void dmarc(List<String> words, DmarcResult result) {
        DmarcResult.Policy policy = result.policy();
        add(
                words,
                "dmarc",
                result.result(),
                result.reason(),
                property("header.from", HeaderText.domain(result.authorDomain())),
                // RFC 9989, 9.1: the policy after its options, whether or not it came to be applied
                policy == null ? null : "policy.dmarc=" + policy.word());
    }

    private static void add(
            List<String> words,
            String method,
            AuthResult result,
            String reason,
            @Nullable String... properties) {
        words.add(method + "=" + result.word());
        words.add("reason=" + HeaderText.value(reason));
        for (String property : properties) {
            if (property != null) {
                words.add(property);
            }
        }
        int last = words.size() - 1;
        words.set(last, words.get(last) + ";");
    }

    private static @Nullable String property(String name, @Nullable String value) {
        return value == null ? null : name + "=" + value;
    }

    private static void dropLastSemicolon(List<String> words) {
        int last = words.size() - 1;
        String word = words.get(last);
        words.set(last, word.substring(0, word.length() - 1));
    }

    /**
     * A field's value as words between which a line may be folded.
     *
     * @param words in order
     */
    public record Words(List<String> words) {
        public Words {
            words = List.copyOf(words);
        }

        /** The value on one line. */
        public String value() {
            return String.join(" ", words);
        }

        /** The whole field: name, value folded to lines of 78 octets where possible, CRLF. */
        public String field(String name) {
            return HeaderText.fold(name, words);
        }

        /** The value folded as in {@link #field}, without name and last line end. */
        public String foldedValue() {
            String field = HeaderText.fold("", words);
            return field.substring(2, field.length() - 2);
        }
    }
}
