package org.postern.app.intake;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.ClientCountry;
import org.postern.app.reputation.Harvesters;
import org.postern.app.reputation.Traps;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.dnsbl.DnsblCheck;
import org.postern.core.config.BuiltInRule;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.Recipients;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.ContentReceiver;
import org.postern.smtp.session.Decision;
import org.postern.smtp.session.Helo;
import org.postern.smtp.session.MailRequest;
import org.postern.smtp.session.Visit;

/**
 * One session: asks the directory and the policy at each stage, lets authentication run in the
 * background from MAIL on, and hands the content to {@link IntakeContent}. Every refusal is one log
 * line and one count. Used by the session's thread alone.
 */
final class IntakeVisit implements Visit {
    private final Intake.Parts parts;
    private final Revision revision;
    private final ClientConnection client;
    private final VisitJournal journal;
    private final HarvestGate harvest;
    private final TransactionRecipients recipients = new TransactionRecipients();

    private Facts facts;
    private Helo helo = new Helo("", false);
    private @Nullable MailRequest mail;
    private @Nullable Authentication authentication;
    private @Nullable DnsblCheck dnsbl;

    IntakeVisit(Intake.Parts parts, Revision revision, ClientConnection client) {
        this.parts = parts;
        this.revision = revision;
        this.client = client;
        this.journal = new VisitJournal(parts, client, revision.snapshot().revision());
        this.facts =
                Facts.of(address())
                        .withCountry(
                                ClientCountry.of(
                                        revision.countries(),
                                        revision.snapshot().config(),
                                        address()));
        this.harvest = new HarvestGate(parts, revision.snapshot(), address());
    }

    private InetAddress address() {
        return client.client().getAddress();
    }

    @Override
    public Decision connect() {
        Optional<Harvesters.Refusal> ban = harvest.atConnect();
        if (ban.isPresent()) {
            refused(Stage.CONNECT, HarvestGate.ruling(ban.get()), ban.get().reply());
            return Decision.disconnect(ban.get().reply());
        }
        facts = facts.withStanding(parts.reputation().standing(address(), null));
        Decision decision = decide(Stage.CONNECT, Decision::disconnect);
        if (decision instanceof Decision.Proceed) {
            dnsbl = revision.dnsLists().begin(address(), client.local().getAddress()).orElse(null);
        }
        return decision;
    }

    @Override
    public Decision helo(Helo given) {
        helo = given;
        journal.helo(given.name());
        facts = facts.withHelo(given.name()).withTls(client.tls().isPresent());
        Decision decision = decide(Stage.HELO, Decision::refuse);
        if (dnsbl != null && decision instanceof Decision.Proceed) {
            dnsbl.helo(given.name());
        }
        return decision;
    }

    @Override
    public Decision mail(MailRequest request) {
        endTransaction();
        journal.begin();
        if (!parts.spool().hasRoom()) {
            // RFC 5321, 4.2.3: 452 before the content, while the client has lost nothing
            SmtpReply reply =
                    SmtpReply.of(452, "4.3.1", "Insufficient system storage, try again later");
            refused(
                    Stage.MAIL,
                    new Ruling(
                            Disposition.DEFER,
                            BuiltInRule.SPOOL.ruleName(),
                            "spool.no-room",
                            parts.spool().health().detail()),
                    reply);
            return Decision.refuse(reply);
        }
        facts = facts.withReversePath(request.reversePath()).withTls(client.tls().isPresent());
        Decision decision = decide(Stage.MAIL, Decision::refuse);
        if (!(decision instanceof Decision.Proceed)) {
            endTransaction();
            return decision;
        }
        mail = request;
        if (dnsbl != null) {
            dnsbl.sender(request.reversePath());
        }
        authentication = revision.authenticator().begin(request(request.reversePath()));
        return decision;
    }

    private AuthenticationRequest request(ReversePath from) {
        InetAddress local = client.local().getAddress();
        // our own probe is checked like everybody and teaches nothing about anybody
        return parts.probes().isOn(helo.name())
                ? AuthenticationRequest.ofProbe(address(), local, helo.name(), from)
                : AuthenticationRequest.ofConnection(address(), local, helo.name(), from);
    }

    @Override
    public Decision recipient(Recipient recipient) {
        journal.recipient();
        Optional<Harvesters.Refusal> ban =
                parts.probes().isOn(helo.name())
                        ? Optional.empty()
                        : harvest.atRecipient(facts, authentication, recipient.address());
        if (ban.isPresent()) {
            Facts before = facts;
            facts = facts.withRecipient(recipient.address(), HarvestGate.NOT_LOOKED_UP);
            refused(Stage.RCPT, HarvestGate.ruling(ban.get()), ban.get().reply());
            facts = before;
            return Decision.refuse(ban.get().reply());
        }
        RecipientLookup lookup = lookUp(recipient.address());
        if (dnsbl != null && facts.dnsbl() == null && lookup instanceof RecipientLookup.Known) {
            facts = facts.withDnsbl(dnsbl.verdict());
        }
        Facts before = facts;
        facts = facts.withRecipient(recipient.address(), lookup, revision.snapshot().recipients());
        Audience asked = Audience.of(recipient.address(), lookup);
        Decision decision =
                lookup instanceof RecipientLookup.Unknown
                        ? unknownRecipient()
                        : act(Stage.RCPT, greylisted(recipient.address()), Decision::refuse);
        facts = before.withStanding(parts.reputation().standing(address(), null));
        if (!(decision instanceof Decision.Proceed)) {
            return decision;
        }
        if (!recipients.canTake(asked, revision.snapshot().config())) {
            return separately(recipient, lookup, asked);
        }
        if (lookup instanceof RecipientLookup.Known known) {
            for (EmailAddress target : known.targets()) {
                if (target.host() instanceof Domain domain) {
                    Optional<String> full = parts.relay().overQuota(domain);
                    if (full.isPresent()) {
                        return full(recipient, lookup, "quota.domain", "4.2.2", full.get());
                    }
                }
            }
            if (!recipients.hasRoomFor(known)) {
                return full(
                        recipient, lookup, "quota.mailboxes", "4.5.3", TransactionRecipients.FULL);
            }
            recipients.add(recipient, known, asked);
        }
        journal.recipientTaken();
        return decision;
    }

    private RecipientLookup lookUp(EmailAddress recipient) {
        Recipients directory = revision.snapshot().recipients();
        RecipientLookup lookup =
                Traps.lookup(recipient, revision.snapshot().config().reputation(), directory);
        if (lookup instanceof RecipientLookup.Known somebody
                && !somebody.source().equals(Traps.RULE)
                && revision.snapshot().config().reputation().traps().contains(recipient.key())) {
            parts.traps().isSomebody(recipient, somebody.source());
        }
        parts.metrics()
                .count(
                        "recipient.lookups",
                        "source",
                        directory.sourceOf(recipient),
                        "result",
                        switch (lookup) {
                            case RecipientLookup.Known known -> "known";
                            case RecipientLookup.Unknown unknown -> "unknown";
                            case RecipientLookup.Unavailable unavailable -> "unavailable";
                            case RecipientLookup.NotHosted notHosted -> "not-hosted";
                        });
        return lookup;
    }

    /** RFC 5321, 4.5.3.1.10: after 452 the client sends to the others and comes again. */
    private Decision separately(Recipient recipient, RecipientLookup lookup, Audience asked) {
        SmtpReply reply =
                SmtpReply.of(
                        452,
                        "4.5.3",
                        (asked.set() == null && !recipients.isOfASet()
                                        ? "Send to this domain"
                                        : "Send to this recipient")
                                + " in a transaction of its own (per-domain-rules)");
        return later(
                recipient,
                lookup,
                new Ruling(
                        Disposition.DEFER,
                        BuiltInRule.PER_DOMAIN_RULES.ruleName(),
                        "policy.per-domain-rules",
                        ""),
                reply);
    }

    /** Who names many that do not exist is answered late, put off or hung up on. */
    private Decision unknownRecipient() {
        if (parts.probes().isOn(helo.name())) {
            return decide(Stage.RCPT, Decision::refuse);
        }
        recipients.countUnknown();
        return switch (harvest.unknown(facts, authentication)) {
            case Harvesters.Response.Answer _ -> decide(Stage.RCPT, Decision::refuse);
            case Harvesters.Response.Late late -> {
                HarvestGate.pause(late.delay());
                yield decide(Stage.RCPT, Decision::refuse);
            }
            case Harvesters.Response.PutOff(SmtpReply reply, int count) -> {
                refused(Stage.RCPT, HarvestGate.ruling(count), reply);
                yield Decision.refuse(reply);
            }
            case Harvesters.Response.HangUp(SmtpReply reply, int count) -> {
                refused(Stage.RCPT, HarvestGate.ruling(count), reply);
                yield Decision.disconnect(reply);
            }
        };
    }

    /** A client with a good history is slowed and never hung up on for these. */
    @Override
    public boolean sparesUnknownRecipients() {
        return harvest.acts() && parts.reputation().knownGood().isKnownGood(address(), Set.of());
    }

    /** RFC 5321, 4.5.3.1.10 speaks of the message; here it is this domain alone that waits. */
    private Decision full(
            Recipient recipient, RecipientLookup lookup, String code, String status, String why) {
        return later(
                recipient,
                lookup,
                new Ruling(Disposition.DEFER, BuiltInRule.QUOTA.ruleName(), code, why),
                SmtpReply.of(452, status, why + ", try again later"));
    }

    /** The others go on; this one is told to come again, and that is told of it by name. */
    private Decision later(
            Recipient recipient, RecipientLookup lookup, Ruling ruling, SmtpReply reply) {
        Facts before = facts;
        facts = facts.withRecipient(recipient.address(), lookup);
        refused(Stage.RCPT, ruling, reply);
        facts = before;
        return Decision.refuse(reply);
    }

    /** What the rules say; greylisting has the last word, on a null sender after its content. */
    private Verdict greylisted(EmailAddress recipient) {
        Verdict verdict = Rules.decide(parts, revision, Stage.RCPT, facts, journal);
        Authentication checks = authentication;
        if (checks == null
                || !verdict.rule().equals(PolicyEngine.DEFAULT_RULE)
                || GreylistGate.isIdle(revision.snapshot())
                || parts.probes().isOn(helo.name())) {
            return verdict;
        }
        if (facts.reversePath() != null && facts.reversePath().isNull()) {
            if (!parts.greylist().spares(revision.snapshot(), facts)) {
                recipients.unproven(recipient);
            }
            return verdict;
        }
        return Rules.greylisted(
                parts,
                revision.snapshot(),
                Stage.RCPT,
                facts,
                verdict,
                parts.greylist().atRecipient(revision.snapshot(), facts, checks::spf),
                journal);
    }

    @Override
    public ContentReceiver content() {
        MailRequest request = Objects.requireNonNull(mail, "content without MAIL");
        Authentication checks = Objects.requireNonNull(authentication, "content without MAIL");
        Transaction transaction =
                new Transaction(
                        parts,
                        revision,
                        client,
                        helo,
                        request,
                        recipients.mailboxes(),
                        recipients.named(),
                        recipients.traps(),
                        recipients.unproven(),
                        recipients.audience(),
                        facts,
                        checks,
                        recipients.unknown(),
                        dnsbl,
                        journal);
        IntakeContent content = new IntakeContent(transaction);
        // from here on the content owns the checks
        authentication = null;
        endTransaction();
        return content;
    }

    @Override
    public void reset() {
        endTransaction();
    }

    @Override
    public void close(SessionEnd end) {
        endTransaction();
        if (dnsbl != null) {
            dnsbl.close();
        }
        journal.closed(end);
    }

    private void endTransaction() {
        if (authentication != null) {
            authentication.close();
            authentication = null;
        }
        mail = null;
        recipients.clear();
        facts = facts.ofSession();
    }

    @Override
    public Optional<EmailAddress> postmaster() {
        return revision.snapshot().recipients().postmaster(); // RFC 5321, 4.1.1.3
    }

    @Override
    public Optional<String> hostname() {
        return Optional.of(revision.snapshot().config().hostname().ascii());
    }

    @Override
    public boolean honoursRequireTls() {
        return OnwardSecrecy.isKeptBy(revision.snapshot());
    }

    private Decision decide(Stage stage, Function<SmtpReply, Decision> refusal) {
        return act(stage, Rules.decide(parts, revision, stage, facts, journal), refusal);
    }

    private Decision act(Stage stage, Verdict verdict, Function<SmtpReply, Decision> refusal) {
        SmtpReply reply =
                switch (verdict) {
                    case Verdict.Reject reject -> reject.reply();
                    case Verdict.Defer defer -> defer.reply();
                    case Verdict.Accept accept -> null;
                    case Verdict.Tag tag -> null;
                    case Verdict.Quarantine quarantine -> null;
                };
        if (reply == null) {
            return Decision.proceed();
        }
        refused(stage, Ruling.of(verdict), reply);
        return refusal.apply(reply);
    }

    private void refused(Stage stage, Ruling ruling, SmtpReply reply) {
        Rules.refused(parts, stage, facts, helo.name(), ruling, reply, journal);
    }
}
