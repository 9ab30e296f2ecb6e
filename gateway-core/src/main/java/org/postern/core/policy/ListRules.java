package org.postern.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.ConditionConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.reply.SmtpReply;

/**
 * The allow and deny lists at each stage. Whatever is known is looked up in the allow lists, and a
 * hit there passes by the deny lists for good; only what the stage has just learnt is looked up in
 * the deny lists, since the rest has been before. Here an allow entry passes by the deny lists and
 * by nothing else: a sender address can be forged, so it opens neither relaying nor DMARC.
 */
final class ListRules {
    /** The rule that a deny entry bites by. */
    static final String DENY = BuiltInRule.DENY_LIST.ruleName();

    private final AccessLists lists;

    ListRules(AccessLists lists) {
        this.lists = lists;
    }

    /** The rule of one stage. */
    Rule at(Stage stage) {
        return new Rule() {
            @Override
            public String ruleName() {
                return DENY;
            }

            @Override
            public Optional<Verdict> decide(Facts facts) {
                return deny(stage, facts).map(entry -> refusal(stage, entry));
            }
        };
    }

    private Optional<ListEntry> deny(Stage stage, Facts facts) {
        if (lists.denySize() == 0) {
            return Optional.empty();
        }
        Optional<ListEntry> denied = Optional.empty();
        for (Stage earlier : Stage.values()) {
            if (earlier.compareTo(stage) > 0) {
                break;
            }
            for (ListMatch match : matches(earlier, facts)) {
                if (match instanceof ListMatch.Allow) {
                    return Optional.empty();
                }
                if (earlier == stage && denied.isEmpty() && match instanceof ListMatch.Deny deny) {
                    denied = Optional.of(deny.entry());
                }
            }
        }
        return denied;
    }

    /** What the lists say of the things that a stage learns. */
    private List<ListMatch> matches(Stage stage, Facts facts) {
        List<ListMatch> matches = new ArrayList<>(4);
        switch (stage) {
            case CONNECT -> matches.add(lists.client(facts.client()));
            case HELO -> addDomain(matches, ListKind.HELO, facts.helo());
            case MAIL -> {
                if (facts.reversePath() instanceof ReversePath.Mailbox mailbox) {
                    addSender(matches, mailbox.address());
                }
            }
            case RCPT ->
                    facts.recipientNames().stream()
                            .map(name -> lists.address(ListKind.RECIPIENT, name))
                            .forEach(matches::add);
            case DATA -> {
                if (facts.origin() != null) {
                    matches.add(lists.client(facts.origin()));
                }
                if (facts.verdicts() != null) {
                    addVerdicts(matches, facts, facts.verdicts());
                }
            }
        }
        return matches;
    }

    private void addSender(List<ListMatch> matches, EmailAddress sender) {
        matches.add(lists.address(ListKind.SENDER, sender));
        if (sender.host() instanceof Domain domain) {
            matches.add(lists.domain(ListKind.SENDER_DOMAIN, domain));
        }
    }

    private void addVerdicts(List<ListMatch> matches, Facts facts, Verdicts verdicts) {
        if (verdicts.iprev().result() == AuthResult.PASS) {
            addDomain(matches, ListKind.REVERSE_NAME, verdicts.iprev().name());
        }
        matches.add(
                lists.domains(
                        ListKind.AUTHOR_DOMAIN,
                        Conditions.names(ConditionConfig.DomainOf.AUTHOR, facts).toList()));
        if (verdicts.spf().result() == AuthResult.PASS) {
            addDomain(matches, ListKind.AUTHENTICATED_DOMAIN, verdicts.spf().domain());
        }
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.vouches()) {
                addDomain(matches, ListKind.AUTHENTICATED_DOMAIN, signature.domain());
            }
        }
    }

    private void addDomain(
            List<ListMatch> matches,
            ListKind kind,
            @org.jspecify.annotations.Nullable String name) {
        if (name == null) {
            return;
        }
        try {
            matches.add(lists.domain(kind, Domain.parse(name)));
        } catch (InvalidAddressException e) {
            // a name that is no domain, an address literal above all, stands in no list of domains
            matches.add(ListMatch.None.INSTANCE);
        }
    }

    private static Verdict refusal(Stage stage, ListEntry entry) {
        String what =
                switch (entry.kind()) {
                    case CLIENT -> "Your address";
                    case HELO -> "Your HELO name";
                    case REVERSE_NAME -> "Your host name";
                    case SENDER, SENDER_DOMAIN -> "The sender";
                    case AUTHOR_DOMAIN -> "The author's domain";
                    case AUTHENTICATED_DOMAIN -> "The signing domain";
                    case RECIPIENT -> "The recipient";
                };
        String reason = "list.deny." + entry.kind().key();
        if (stage == Stage.DATA && entry.kind() == ListKind.CLIENT) {
            // whom a trusted relay names: a refusal would make our own relay bounce to the sender
            return new Verdict.Quarantine(DENY, reason, "behind a trusted relay: " + entry);
        }
        if (entry.isOfSpamTrap()) {
            // it ends by itself, and a relay that many share may stand behind one bad message:
            // who has a queue comes back, nothing bounces; the trap itself is not given away
            return new Verdict.Defer(
                    DENY,
                    reason,
                    entry.toString(),
                    SmtpReply.of(
                            stage == Stage.CONNECT ? 421 : 450,
                            "4.7.1",
                            what
                                    + " is on a local list until "
                                    + entry.expires()
                                    + " ("
                                    + DENY
                                    + ")"));
        }
        String text = what + " is on a local list (" + DENY + "); ask the recipient's postmaster";
        SmtpReply reply =
                switch (stage) {
                    // RFC 5321, 3.1: 554 in place of the greeting; RFC 2034, 4: without a code
                    case CONNECT -> SmtpReply.of(554, text);
                    case HELO -> SmtpReply.of(550, text);
                    case MAIL, RCPT, DATA -> SmtpReply.of(550, "5.7.1", text);
                };
        return new Verdict.Reject(DENY, reason, entry.toString(), reply);
    }
}
