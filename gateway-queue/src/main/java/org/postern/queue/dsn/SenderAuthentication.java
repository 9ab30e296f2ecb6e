package org.postern.queue.dsn;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;

/**
 * Whether the reverse-path of a message is its true sender's, as far as can be known. A notice to
 * any other goes to somebody who never wrote: backscatter.
 */
public enum SenderAuthentication {
    /** SPF passed for the reverse-path's own domain. */
    SPF("spf"),
    /**
     * A DKIM signature over the whole body passed whose domain answers for the reverse-path's: the
     * same, one above it, or aligned with an author of the same organisation.
     */
    DKIM("dkim"),
    /** The message was written by this gateway or came from a network that it trusts. */
    LOCAL("local"),
    /** Nothing vouches for it. */
    NONE("none");

    /** Key of the note that carries {@link #word()} with a queued message. */
    public static final String NOTE = "sender-authenticated";

    private final String word;

    SenderAuthentication(String word) {
        this.word = word;
    }

    /** The word that is noted. */
    public String word() {
        return word;
    }

    /** The value with this word; NONE for any other text, since only what is known counts. */
    public static SenderAuthentication ofWord(String word) {
        for (SenderAuthentication a : values()) {
            if (a.word.equals(word)) {
                return a;
            }
        }
        return NONE;
    }

    /** What the checks say about this reverse-path. */
    public static SenderAuthentication of(Verdicts verdicts, ReversePath path) {
        if (!(path instanceof ReversePath.Mailbox(EmailAddress address))
                || !(address.host() instanceof Domain sender)) {
            return NONE;
        }
        SpfResult spf = verdicts.spf();
        boolean spfPass =
                spf.result() == AuthResult.PASS
                        && spf.identity() == SpfResult.Identity.MAILFROM
                        && domain(spf.domain()).filter(sender::equals).isPresent();
        if (spfPass) {
            return SPF;
        }
        Optional<Domain> organization = domain(verdicts.dmarc().organizationalDomain());
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.vouches() && answersFor(signature, organization, sender)) {
                return DKIM;
            }
        }
        return NONE;
    }

    private static boolean answersFor(
            DkimResult signature, Optional<Domain> organization, Domain sender) {
        Optional<Domain> signer = domain(signature.domain());
        // a single label is a registry's, which answers for nobody
        if (signer.filter(d -> d.ascii().indexOf('.') > 0 && sender.isWithin(d)).isPresent()) {
            return true;
        }
        return signature.aligned() && organization.filter(sender::isWithin).isPresent();
    }

    private static Optional<Domain> domain(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Domain.parse(text));
        } catch (InvalidAddressException e) {
            return Optional.empty(); // a name that is none vouches for nobody
        }
    }
}
