package org.postern.core.policy;

import java.util.Optional;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.EmailAddress;
import org.postern.core.reply.SmtpReply;

/**
 * The rule about the score of the DNS lists: at RCPT on what is known of the client, its HELO name
 * and the sender, and after the content where the author's domain adds to it. A client or recipient
 * in the allow lists passes by, and so does every postmaster (RFC 5321, 4.5.1), so that who is
 * listed by mistake can say so. Where an allow list that could make the difference does not answer,
 * nobody knows: 451.
 */
final class DnsblRule implements Rule {
    /** The rule's name. */
    static final String NAME = BuiltInRule.DNSBL.ruleName();

    /** A list's text is named in the reply up to this length. */
    private static final int MAX_TEXT = 150;

    /** Beside a longer name than this the list is named instead of its zone. */
    private static final int MAX_NAME = 60;

    private final Stage stage;
    private final DnsblConfig config;
    private final AccessLists lists;

    DnsblRule(Stage stage, DnsblConfig config, AccessLists lists) {
        this.stage = stage;
        this.config = config;
        this.lists = lists;
    }

    @Override
    public String ruleName() {
        return NAME;
    }

    @Override
    public boolean observesOnly() {
        return config.mode() == RuleConfig.Mode.OBSERVE;
    }

    @Override
    public Optional<Verdict> decide(Facts facts) {
        DnsblVerdict said = facts.dnsbl();
        if (said == null || said.score() < config.threshold() || spared(facts)) {
            return Optional.empty();
        }
        if (stage == Stage.DATA && !said.about(Subject.AUTHOR)) {
            return Optional.empty(); // RCPT has decided on all of this, and let it pass
        }
        boolean certain = said.leastScore() >= config.threshold();
        return said.heaviest().map(hit -> certain ? refusal(hit, said) : deferral(hit, said));
    }

    private static Verdict deferral(DnsblHit hit, DnsblVerdict said) {
        return new Verdict.Defer(
                NAME,
                "dnsbl.unknown",
                said.describe() + "; no answer of " + String.join(", ", said.unanswered()),
                SmtpReply.of(
                        451,
                        "4.7.1",
                        hit.value()
                                + " is listed by "
                                + zone(hit)
                                + ", and a list that may speak for it does not answer: please try"
                                + " again later ("
                                + NAME
                                + ")"));
    }

    private static String zone(DnsblHit hit) {
        // RFC 5321, 4.5.3.1.5: a reply line has room for 512 octets
        return hit.value().length() > MAX_NAME ? hit.list() : hit.zone();
    }

    private boolean spared(Facts facts) {
        EmailAddress recipient = facts.recipient();
        return lists.client(facts.client()) instanceof ListMatch.Allow
                || (recipient != null && isPostmaster(recipient))
                || facts.recipientNames().stream()
                        .anyMatch(name ->
                                lists.address(ListKind.RECIPIENT, name) instanceof ListMatch.Allow);
    }

    private static boolean isPostmaster(EmailAddress address) {
        return address.localPart().equalsIgnoreCase("postmaster"); // RFC 5321, 4.5.1
    }

    private static Verdict refusal(DnsblHit hit, DnsblVerdict said) {
        String text = hit.text().length() > MAX_TEXT ? "" : hit.text();
        return new Verdict.Reject(
                NAME,
                "dnsbl." + hit.subject().word(),
                said.describe(),
                SmtpReply.of(
                        550,
                        "5.7.1",
                        hit.value()
                                + " is listed by "
                                + zone(hit)
                                + (text.isEmpty() ? "" : ": " + text)
                                + " ("
                                + NAME
                                + ")"));
    }
}
