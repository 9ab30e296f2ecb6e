package org.postern.app.intake;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.Harvesters;
import org.postern.app.reputation.Reputation;
import org.postern.auth.Authentication;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Ruling;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;

/**
 * Asks of one session's client, senders and signers whether they are kept out for naming recipients
 * that do not exist, and tells of each that they name. A sender's domain counts only once SPF has
 * passed for it: what anybody can claim is nobody's fault. Postmasters hear of domains that are
 * kept out, so that somebody can say it is a mistake (RFC 5321, 4.5.1). Used by the session's
 * thread alone.
 */
final class HarvestGate {
    /** What is known of a recipient that was not asked about. */
    static final RecipientLookup NOT_LOOKED_UP = new RecipientLookup.Unavailable("not looked up");

    private final Harvesters harvesters;
    private final Snapshot snapshot;
    private final InetAddress client;
    private final boolean exempt;

    HarvestGate(Intake.Parts parts, Snapshot snapshot, InetAddress client) {
        this.harvesters = parts.reputation().harvesters();
        this.snapshot = snapshot;
        this.client = client;
        this.exempt = Intake.isExempt(snapshot, client);
    }

    /** Whether anything is done here about those who name many. */
    boolean acts() {
        return harvesters.acts();
    }

    /** What a client that is kept out is told. */
    Optional<Harvesters.Refusal> atConnect() {
        return exempt ? Optional.empty() : harvesters.banned(client);
    }

    /** What mail of a domain that is kept out is told; waits for SPF where it may be that. */
    Optional<Harvesters.Refusal> atRecipient(
            Facts facts, @Nullable Authentication checks, EmailAddress recipient) {
        if (exempt
                || checks == null
                || recipient.localPart().equalsIgnoreCase("postmaster")
                || !(facts.reversePath() instanceof ReversePath.Mailbox(EmailAddress from))
                || !(from.host() instanceof Domain domain)
                || !harvesters.mayBeBanned(domain)) {
            return Optional.empty();
        }
        return passed(checks)
                .filter(domain::equals)
                .filter(d -> !isAllowed(d))
                .flatMap(d -> harvesters.bannedSender(client, d));
    }

    private boolean isAllowed(Domain domain) {
        return isAllowed(snapshot, domain)
                || snapshot.lists().domain(ListKind.SENDER_DOMAIN, domain)
                        instanceof ListMatch.Allow;
    }

    private static boolean isAllowed(Snapshot snapshot, Domain authenticated) {
        return snapshot.lists().domain(ListKind.AUTHENTICATED_DOMAIN, authenticated)
                instanceof ListMatch.Allow;
    }

    /** Whom SPF passed for, which runs since MAIL; waits for it no longer than its deadline. */
    private static Optional<Domain> passed(Authentication checks) {
        SpfResult spf = checks.spf();
        return spf.result() == AuthResult.PASS ? Reputation.domain(spf.domain()) : Optional.empty();
    }

    /** Counts a recipient that does not exist. */
    Harvesters.Response unknown(Facts facts, @Nullable Authentication checks) {
        if (exempt) {
            return Harvesters.Response.Answer.INSTANCE;
        }
        boolean nullSender = facts.reversePath() != null && facts.reversePath().isNull();
        Domain domain =
                nullSender || checks == null || !harvesters.acts()
                        ? null
                        : passed(checks).filter(d -> !isAllowed(d)).orElse(null);
        return harvesters.unknown(client, nullSender, domain);
    }

    /**
     * Tells of the unknown recipients of a message's transaction by those who signed it.
     *
     * @return what a message is told that is signed by a domain that is kept out
     */
    static Optional<Verdict> atData(Transaction transaction, Verdicts verdicts) {
        Snapshot snapshot = transaction.revision().snapshot();
        InetAddress client = transaction.facts().client();
        if (transaction.probing()
                || transaction.mail().reversePath().isNull()
                || Intake.isExempt(snapshot, client)) {
            return Optional.empty();
        }
        Harvesters harvesters = transaction.parts().reputation().harvesters();
        Set<Domain> signers =
                Reputation.signers(verdicts).stream()
                        .filter(d -> !isAllowed(snapshot, d))
                        .collect(Collectors.toSet());
        harvesters.attribute(client, signers, transaction.unknown());
        return transaction.forPostmasterAlone()
                ? Optional.empty()
                : harvesters
                        .bannedSigner(client, signers)
                        .map(ban ->
                                new Verdict.Defer(
                                        Harvesters.BAN_RULE,
                                        "reputation.banned",
                                        ban.detail(),
                                        ban.reply()));
    }

    /** What is written down of somebody who is kept out. */
    static Ruling ruling(Harvesters.Refusal ban) {
        return new Ruling(
                Disposition.DEFER, Harvesters.BAN_RULE, "reputation.banned", ban.detail());
    }

    /** What is written down of somebody who is hung up on or put off. */
    static Ruling ruling(int count) {
        return new Ruling(
                Disposition.DEFER,
                Harvesters.RULE,
                "reputation.harvest",
                count + " unknown recipients lately");
    }

    /** Makes the client wait; the session has a virtual thread of its own, which costs little. */
    static void pause(Duration delay) {
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the gateway stops: the answer goes out now
        }
    }
}
