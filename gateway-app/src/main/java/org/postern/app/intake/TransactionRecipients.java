package org.postern.app.intake;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.Traps;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.policy.Audience;
import org.postern.core.recipients.RecipientLookup;

/**
 * The recipients of a mail transaction so far (RFC 5321, 3.3), and those it named in vain: as many
 * named as {@code limits.recipients} lets through, and {@link #MAX_MAILBOXES} behind them. Used by
 * the session's thread alone.
 */
final class TransactionRecipients {
    /** The most mailboxes of one message: a thousand aliases may each lead to a thousand. */
    static final int MAX_MAILBOXES = 10_000;

    /** What a client hears that names more, for this one alone (RFC 5321, 4.5.3.1.10). */
    static final String FULL = "More than " + MAX_MAILBOXES + " mailboxes in one message";

    private final List<Recipient> mailboxes = new ArrayList<>();
    private final Set<EmailAddress> taken = new HashSet<>();
    private final Set<EmailAddress> named = new LinkedHashSet<>();
    private final Set<EmailAddress> traps = new LinkedHashSet<>();
    private final Set<EmailAddress> unproven = new LinkedHashSet<>();
    private @Nullable Audience audience;
    private int unknown;

    /** Takes one; all who stand behind it get the message once, however often they are named. */
    void add(Recipient recipient, RecipientLookup.Known known, Audience its) {
        named.add(recipient.address());
        audience = audience == null ? its : audience.with(its);
        if (known.source().equals(Traps.RULE)) {
            traps.addAll(known.targets());
        }
        for (EmailAddress target : known.targets()) {
            // the same mailbox named twice gets the message once (RFC 5321, 3.3 allows either)
            if (taken.add(target)) {
                mailboxes.add(
                        new Recipient(
                                target, recipient.dsnNotify(), recipient.originalRecipient()));
            }
        }
    }

    /** Whether the mailboxes behind another are not more than one message may have. */
    boolean hasRoomFor(RecipientLookup.Known known) {
        return mailboxes.size() + known.targets().size() <= MAX_MAILBOXES;
    }

    /**
     * Rules of a domain, or of a set that recipients ask for, can be asked about the message only
     * where all its recipients have them.
     */
    boolean canTake(Audience one, PosternConfig config) {
        return audience == null
                || audience.equals(one)
                || !(hasRulesAtData(audience, config) || hasRulesAtData(one, config));
    }

    private static boolean hasRulesAtData(Audience one, PosternConfig config) {
        DomainConfig domain = one.domain() == null ? null : config.domains().get(one.domain());
        return config.policy().decidesAtData(one.set())
                || (domain != null && domain.policy().decidesAtData());
    }

    /** Whether those so far ask for a set of rules of their own. */
    boolean isOfASet() {
        return audience != null && audience.set() != null;
    }

    /** Greylisting has yet to decide about this one. */
    void unproven(EmailAddress recipient) {
        unproven.add(recipient);
    }

    /** One was named that does not exist. */
    void countUnknown() {
        unknown++;
    }

    /** Who gets the message, aliases followed. */
    List<Recipient> mailboxes() {
        return mailboxes;
    }

    /** The recipients as RCPT named them, each once. */
    List<EmailAddress> named() {
        return List.copyOf(named);
    }

    /** The spam traps among the mailboxes. */
    Set<EmailAddress> traps() {
        return traps;
    }

    /** Those of them whom greylisting has yet to decide about. */
    List<EmailAddress> unproven() {
        return unproven.stream().filter(named::contains).toList();
    }

    /** What they have in common. */
    Audience audience() {
        return audience == null ? Audience.ANYBODY : audience;
    }

    /** How many were named that do not exist. */
    int unknown() {
        return unknown;
    }

    /** The transaction is over. */
    void clear() {
        mailboxes.clear();
        taken.clear();
        named.clear();
        traps.clear();
        unproven.clear();
        audience = null;
        unknown = 0;
    }
}
