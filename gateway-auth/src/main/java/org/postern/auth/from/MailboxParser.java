package org.postern.auth.from;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.from.FromTokenizer.Kind;
import org.postern.auth.from.FromTokenizer.Token;

/**
 * Reads the tokens of a From field as an address list (RFC 5322, 3.4, with the obsolete forms of
 * 4.4; groups by RFC 6854). It never gives up: what does not fit is noted as a deviation, and the
 * reading goes on where the next address may begin.
 */
final class MailboxParser {
    /** Addresses that are read; beyond that nobody wrote the field in good faith. */
    static final int MAX_MAILBOXES = 100;

    /**
     * An address as it stands.
     *
     * @param displayName the words before an angle bracket, joined by spaces; empty for none
     * @param localPart the local part without quotes
     * @param domain the text after the at sign, or null where there is none
     */
    record Mailbox(String displayName, String localPart, @Nullable String domain) {}

    private final List<Token> tokens;
    private final List<Mailbox> mailboxes = new ArrayList<>();
    private int at;
    private boolean group;
    private boolean route;
    private boolean deviation;
    private boolean tooMany;

    MailboxParser(List<Token> tokens) {
        this.tokens = tokens;
        while (at < tokens.size() && !tooMany) {
            element();
        }
    }

    /** The addresses in order, those in groups included. */
    List<Mailbox> mailboxes() {
        return mailboxes;
    }

    /** Whether there is a group. */
    boolean group() {
        return group;
    }

    /** Whether an address has a source route. */
    boolean route() {
        return route;
    }

    /** Whether anything does not fit the grammar, or fits only its obsolete part. */
    boolean deviation() {
        return deviation;
    }

    /** Whether reading stopped at {@link #MAX_MAILBOXES}. */
    boolean tooMany() {
        return tooMany;
    }

    /** One mailbox, or the beginning or end of a group, or an empty element of an obsolete list. */
    private void element() {
        Token first = tokens.get(at);
        if (first.is(',') || first.is(';')) {
            at++;
            return;
        }
        StringBuilder words = new StringBuilder();
        int count = 0;
        while (at < tokens.size() && tokens.get(at).isWord()) {
            if (count++ > 0) {
                words.append(' ');
            }
            words.append(tokens.get(at++).text());
        }
        Token next = at < tokens.size() ? tokens.get(at) : null;
        if (next == null || next.is(',') || next.is(';')) {
            // a word where an address must stand
            deviation = true;
            add(new Mailbox("", words.toString(), null));
        } else if (next.is('<')) {
            at++;
            angle(words.toString());
        } else if (next.is(':')) {
            at++;
            group = true;
        } else if (next.is('@') && count > 0) {
            // RFC 5322, 3.4.1; more than one word is at best the obsolete form with spaces
            deviation |= count > 1 || next.spaced();
            String local = tokens.get(at - 1).text();
            at++;
            add(new Mailbox("", local, domain()));
            endOfMailbox();
        } else {
            deviation = true;
            at++;
        }
    }

    private void angle(String displayName) {
        if (at < tokens.size() && (tokens.get(at).is('@') || tokens.get(at).is(','))) {
            skipRoute();
        }
        String local = "";
        int count = 0;
        while (at < tokens.size() && tokens.get(at).isWord()) {
            deviation |= count++ > 0;
            local = tokens.get(at++).text();
        }
        String domain = null;
        if (at < tokens.size() && tokens.get(at).is('@')) {
            deviation |= count == 0 || tokens.get(at).spaced();
            at++;
            domain = domain();
        }
        add(new Mailbox(displayName, local, domain));
        if (at < tokens.size() && tokens.get(at).is('>')) {
            at++;
        } else {
            deviation = true;
        }
        endOfMailbox();
    }

    /** {@code @a,@b:} before an address (RFC 5322, 4.4, obs-route). */
    private void skipRoute() {
        int colon = at;
        while (colon < tokens.size() && !tokens.get(colon).is('>')) {
            if (tokens.get(colon).is(':')) {
                route = true;
                at = colon + 1;
                return;
            }
            colon++;
        }
        deviation = true;
        at++;
    }

    private @Nullable String domain() {
        if (at == tokens.size()) {
            deviation = true;
            return null;
        }
        Token first = tokens.get(at);
        if (first.kind() != Kind.ATOM && first.kind() != Kind.LITERAL) {
            deviation = true;
            return null;
        }
        deviation |= first.spaced();
        at++;
        if (first.kind() == Kind.LITERAL) {
            return first.text();
        }
        StringBuilder domain = new StringBuilder(first.text());
        // obs-domain: white space or comments around dots
        while (at < tokens.size()
                && tokens.get(at).kind() == Kind.ATOM
                && (domain.charAt(domain.length() - 1) == '.'
                        || tokens.get(at).text().charAt(0) == '.')) {
            deviation = true;
            domain.append(tokens.get(at++).text());
        }
        return domain.toString();
    }

    /** After an address only a separator may stand; everything else up to it is skipped. */
    private void endOfMailbox() {
        while (at < tokens.size() && !tokens.get(at).is(',') && !tokens.get(at).is(';')) {
            deviation = true;
            if (tokens.get(at).is('<')) {
                return; // may be an address of its own
            }
            at++;
        }
    }

    private void add(Mailbox mailbox) {
        tooMany = mailboxes.size() == MAX_MAILBOXES;
        if (!tooMany) {
            mailboxes.add(mailbox);
        }
    }
}
