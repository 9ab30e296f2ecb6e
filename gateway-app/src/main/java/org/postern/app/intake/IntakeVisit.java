package org.postern.app.intake;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationRequest;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.spool.SpoolException;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.ContentReceiver;
import org.postern.smtp.session.Decision;
import org.postern.smtp.session.Helo;
import org.postern.smtp.session.MailRequest;
import org.postern.smtp.session.SessionEnd;
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

    private Facts facts;
    private Helo helo = new Helo("", false);
    private @Nullable MailRequest mail;
    private @Nullable Authentication authentication;
    private final List<Recipient> recipients = new ArrayList<>();

    IntakeVisit(Intake.Parts parts, Revision revision, ClientConnection client) {
        this.parts = parts;
        this.revision = revision;
        this.client = client;
        this.facts = Facts.of(address());
    }

    private InetAddress address() {
        return client.client().getAddress();
    }

    @Override
    public Decision connect() {
        return decide(Stage.CONNECT, Decision::disconnect);
    }

    @Override
    public Decision helo(Helo given) {
        helo = given;
        facts = facts.withHelo(given.name()).withTls(client.tls().isPresent());
        return decide(Stage.HELO, Decision::refuse);
    }

    @Override
    public Decision mail(MailRequest request) {
        if (!parts.spool().hasRoom()) {
            // RFC 5321, 4.2.3: 452 before the content, while the client has lost nothing
            SmtpReply reply =
                    SmtpReply.of(452, "4.3.1", "Insufficient system storage, try again later");
            refused(Stage.MAIL, "spool", "spool.no-room", parts.spool().health().detail(), reply);
            return Decision.refuse(reply);
        }
        facts = facts.withReversePath(request.reversePath()).withTls(client.tls().isPresent());
        Decision decision = decide(Stage.MAIL, Decision::refuse);
        if (decision instanceof Decision.Proceed) {
            endTransaction();
            mail = request;
            authentication =
                    revision.authenticator()
                            .begin(
                                    AuthenticationRequest.ofConnection(
                                            address(),
                                            client.local().getAddress(),
                                            helo.name(),
                                            request.reversePath()));
        }
        return decision;
    }

    @Override
    public Decision recipient(Recipient recipient) {
        RecipientLookup lookup = revision.snapshot().recipients().lookup(recipient.address());
        parts.metrics()
                .count(
                        "recipient.lookups",
                        "source",
                        revision.snapshot().recipients().sourceOf(recipient.address()),
                        "result",
                        switch (lookup) {
                            case RecipientLookup.Known known -> "known";
                            case RecipientLookup.Unknown unknown -> "unknown";
                            case RecipientLookup.Unavailable unavailable -> "unavailable";
                            case RecipientLookup.NotHosted notHosted -> "not-hosted";
                        });
        Facts before = facts;
        facts = facts.withRecipient(recipient.address(), lookup);
        Decision decision = decide(Stage.RCPT, Decision::refuse);
        facts = before;
        if (decision instanceof Decision.Proceed && lookup instanceof RecipientLookup.Known known) {
            for (EmailAddress target : known.targets()) {
                add(new Recipient(target, recipient.dsnNotify(), recipient.originalRecipient()));
            }
        }
        return decision;
    }

    private void add(Recipient recipient) {
        // the same mailbox named twice gets the message once (RFC 5321, 3.3 allows either)
        if (recipients.stream().noneMatch(r -> r.address().equals(recipient.address()))) {
            recipients.add(recipient);
        }
    }

    @Override
    public ContentReceiver content() {
        MailRequest request = Objects.requireNonNull(mail, "content without MAIL");
        Authentication checks = Objects.requireNonNull(authentication, "content without MAIL");
        IntakeContent content =
                new IntakeContent(
                        parts,
                        revision,
                        client,
                        helo,
                        request,
                        List.copyOf(recipients),
                        facts,
                        checks);
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
    }

    private void endTransaction() {
        if (authentication != null) {
            authentication.close();
            authentication = null;
        }
        mail = null;
        recipients.clear();
    }

    @Override
    public Optional<EmailAddress> postmaster() {
        // RFC 5321, 4.1.1.3: a postmaster without a domain is that of the first domain, in order
        // of names, that has one
        return revision.snapshot().config().domains().keySet().stream()
                .sorted()
                .map((Domain domain) -> EmailAddress.of("postmaster", domain))
                .filter(a ->
                        revision.snapshot().recipients().lookup(a) instanceof RecipientLookup.Known)
                .findFirst();
    }

    @Override
    public Optional<String> hostname() {
        return Optional.of(revision.snapshot().config().hostname().ascii());
    }

    @Override
    public boolean honoursRequireTls() {
        return OnwardSecrecy.isKeptBy(revision.snapshot().config());
    }

    private Decision decide(Stage stage, Function<SmtpReply, Decision> refusal) {
        Verdict verdict = Rules.decide(parts, revision, stage, facts);
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
        refused(stage, verdict.rule(), verdict.reason(), verdict.detail(), reply);
        return refusal.apply(reply);
    }

    private void refused(Stage stage, String rule, String reason, String detail, SmtpReply reply) {
        parts.metrics()
                .count(
                        "messages",
                        "disposition",
                        reply.isTransient() ? "deferred" : "rejected",
                        "reason",
                        reason);
        MailLog line =
                MailLog.event(reply.isTransient() ? "deferred-in-session" : "refused")
                        .with("stage", stage.word())
                        .with("client", facts.client().getHostAddress())
                        .with("helo", helo.name());
        if (facts.reversePath() != null) {
            line.with("from", "<" + facts.reversePath() + ">");
        }
        if (facts.recipient() != null) {
            line.with("to", "<" + facts.recipient() + ">");
        }
        line.with("rule", rule).with("reason", reason);
        if (!detail.isEmpty()) {
            line.with("detail", detail);
        }
        line.with("reply", reply).log();
    }

    /** The reply to a client whose message the spool would not take. */
    static SmtpReply spoolReply(java.io.IOException e) {
        return e instanceof SpoolException s
                ? s.reply()
                : SmtpReply.of(451, "4.3.0", "Message could not be stored, try again later");
    }
}
