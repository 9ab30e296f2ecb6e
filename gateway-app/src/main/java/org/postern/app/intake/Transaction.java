package org.postern.app.intake;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.dnsbl.DnsblCheck;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Facts;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.Helo;
import org.postern.smtp.session.MailRequest;

/**
 * A mail transaction as it stands when its content begins (RFC 5321, 3.3). What it holds belongs to
 * the session's thread.
 *
 * @param parts what every session shares
 * @param revision the configuration that the session is bound to
 * @param client the connection
 * @param helo the name given
 * @param mail what MAIL said
 * @param recipients who gets it, aliases followed
 * @param named the recipients as RCPT named them, each once
 * @param traps those in {@code recipients} that are spam traps, as RCPT found them
 * @param unproven those whom greylisting has yet to decide about
 * @param audience what its recipients have in common
 * @param facts what is known so far
 * @param checks the authentication under way
 * @param unknown how many recipients of it there are not
 * @param dnsbl the DNS lists' answers under way, or null where none are asked
 * @param journal who is told
 */
record Transaction(
        Intake.Parts parts,
        Revision revision,
        ClientConnection client,
        Helo helo,
        MailRequest mail,
        List<Recipient> recipients,
        List<EmailAddress> named,
        Set<EmailAddress> traps,
        List<EmailAddress> unproven,
        Audience audience,
        Facts facts,
        Authentication checks,
        int unknown,
        @Nullable DnsblCheck dnsbl,
        VisitJournal journal) {
    Transaction {
        recipients = List.copyOf(recipients);
        named = List.copyOf(named);
        traps = Set.copyOf(traps);
        unproven = List.copyOf(unproven);
    }

    /** Whether this is our own probe, which teaches nothing about anybody. */
    boolean probing() {
        return parts.probes().isOn(helo.name());
    }

    /** Whether it is for nobody but postmasters, as RCPT named them: they are often aliases. */
    boolean forPostmasterAlone() {
        return named.stream().allMatch(to -> to.localPart().equalsIgnoreCase("postmaster"));
    }

    /**
     * Whether each of its recipients hears from who is listed: postmasters (RFC 5321, 4.5.1) and
     * those in the allow lists.
     */
    boolean isSparedOfDnsLists() {
        return named.stream()
                .allMatch(to ->
                        to.localPart().equalsIgnoreCase("postmaster")
                                || isAllowed(to)
                                || revision.snapshot()
                                        .recipients()
                                        .withoutDetail(to)
                                        .filter(this::isAllowed)
                                        .isPresent());
    }

    private boolean isAllowed(EmailAddress name) {
        return revision.snapshot().lists().address(ListKind.RECIPIENT, name)
                instanceof ListMatch.Allow;
    }

    /** Whether it is for nobody but spam traps. */
    boolean forTrapsAlone() {
        return recipients.stream().allMatch(r -> traps.contains(r.address()));
    }

    /**
     * The spam traps among its recipients of which it has a copy for nobody: others have a mailbox.
     * Empty where there is none, or they are alone.
     */
    String droppedForTraps() {
        return forTrapsAlone()
                ? ""
                : traps.stream()
                        .map(trap -> "<" + trap + ">")
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /** What SPF and the like are asked about. */
    AuthenticationRequest request() {
        return AuthenticationRequest.ofConnection(
                facts.client(), client.local().getAddress(), helo.name(), mail.reversePath());
    }

    /** The envelope that it is relayed with: who has a mailbox; a trap where nobody else is. */
    Envelope envelope() {
        List<Recipient> real =
                recipients.stream().filter(r -> !traps.contains(r.address())).toList();
        return new Envelope(
                mail.reversePath(),
                real.isEmpty() ? recipients : real,
                mail.body(),
                mail.smtpUtf8(),
                mail.requireTls(),
                mail.envelopeId(),
                mail.dsnReturn());
    }
}
