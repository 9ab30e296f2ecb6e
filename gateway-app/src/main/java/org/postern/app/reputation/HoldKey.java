package org.postern.app.reputation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postern.core.mail.ReversePath;
import org.postern.queue.spool.EntryBrief;

/**
 * Whose mail can be on hold: a sender, a sender domain or a client. What nothing vouches for is
 * apart, and so are bounces: who forges a name, or makes others send bounces, has his own mail held
 * and nobody else's.
 *
 * @param kind what it is
 * @param name the address in look-up form, the domain in A-labels, or the client's address
 */
public record HoldKey(Kind kind, String name) {
    /** What can be on hold, each kind from narrow to wide. */
    public enum Kind {
        /** A sender that SPF or a signature vouches for. */
        SENDER("sender"),
        /** What a sender is said to have sent, and nothing vouches for. */
        CLAIMED_SENDER("claimed-sender"),
        /** A sender domain that SPF or a signature vouches for. */
        DOMAIN("domain"),
        /** What a domain is said to have sent, and nothing vouches for. */
        CLAIMED_DOMAIN("claimed-domain"),
        /** Mail with a null reverse-path of a client. */
        BOUNCES("bounces"),
        /** Everything else of a client. */
        CLIENT("client");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Its word in metrics and files. */
        public String word() {
            return word;
        }
    }

    /**
     * The keys of a message, the narrowest first.
     *
     * @param client the client's address as text
     * @param vouched whether SPF or a signature vouches for the reverse-path
     * @param counted whether the address says anything about who sends
     */
    static List<HoldKey> of(String client, ReversePath from, boolean vouched, boolean counted) {
        List<HoldKey> keys = new ArrayList<>();
        if (from instanceof ReversePath.Mailbox mailbox) {
            keys.add(
                    new HoldKey(
                            vouched ? Kind.SENDER : Kind.CLAIMED_SENDER, mailbox.address().key()));
            keys.add(
                    new HoldKey(
                            vouched ? Kind.DOMAIN : Kind.CLAIMED_DOMAIN,
                            mailbox.address().host().ascii().toLowerCase(Locale.ROOT)));
        }
        if (counted) {
            keys.add(new HoldKey(from.isNull() ? Kind.BOUNCES : Kind.CLIENT, client));
        }
        return keys;
    }

    /**
     * Reads what {@link #text} gives.
     *
     * @throws IllegalArgumentException if it is none
     */
    static HoldKey parse(String text) {
        int space = text.indexOf(' ');
        for (Kind kind : Kind.values()) {
            if (space > 0 && kind.word.equals(text.substring(0, space))) {
                return new HoldKey(kind, text.substring(space + 1));
            }
        }
        throw new IllegalArgumentException("no sender, domain or client: " + text);
    }

    /** What it is remembered by. */
    String text() {
        return kind.word + " " + name;
    }

    /** What it is called; an address of a person stands in angle brackets. */
    public String words() {
        return switch (kind) {
            case SENDER -> "sender <" + name + ">";
            case CLAIMED_SENDER -> "what claims to be of sender <" + name + ">";
            case DOMAIN -> "domain " + name;
            case CLAIMED_DOMAIN -> "what claims to be of domain " + name;
            case BOUNCES -> "bounces of client " + name;
            case CLIENT -> "client " + name;
        };
    }

    /** The words that select its mail in the commands of the queue and the journal. */
    public String selection() {
        return switch (kind) {
            case SENDER, CLAIMED_SENDER -> "--from " + name;
            case DOMAIN, CLAIMED_DOMAIN -> "--from @" + name;
            case BOUNCES -> "--from '<>' --client " + name;
            case CLIENT -> "--client " + name;
        };
    }

    /** Whether an entry may be of it, as far as the index tells; false is certain. */
    boolean mayBeOf(EntryBrief brief) {
        return switch (kind) {
            case SENDER, CLAIMED_SENDER -> brief.mayBeFrom(name);
            case DOMAIN, CLAIMED_DOMAIN -> brief.mayBeFromDomain(name);
            case BOUNCES -> brief.mayBeFrom("");
            case CLIENT -> true;
        };
    }
}
