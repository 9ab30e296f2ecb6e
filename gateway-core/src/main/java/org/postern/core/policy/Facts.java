package org.postern.core.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.Advice;
import org.postern.core.authres.Verdicts;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reputation.Standing;
import org.postern.core.scan.ScanResult;

/**
 * What is known when a decision is taken. Each stage adds to what the one before knew; what is not
 * known yet is null. Immutable.
 *
 * @param client the client's true address
 * @param origin at the end of the content the client that a trusted relay names, which is what SPF
 *     was asked about; null where that is the client itself
 * @param tls whether the session is encrypted
 * @param helo the name of HELO or EHLO as given
 * @param reversePath the reverse-path
 * @param recipient the recipient that RCPT names
 * @param mailbox whose it is: the recipient without the detail of a subaddress (RFC 5233, 1); null
 *     where it has none
 * @param lookup what the directory says of it
 * @param verdicts what authentication found
 * @param advice what it asks for
 * @param size octets of the content, 0 while they are not known
 * @param standing what the past says of the client; null where nobody has asked
 * @param dnsbl what the DNS lists say; null before RCPT and where none is configured
 * @param scans what scanners say of the content; empty before its end
 * @param country two capital letters for where the client is; null where no database knows
 */
public record Facts(
        InetAddress client,
        @Nullable InetAddress origin,
        boolean tls,
        @Nullable String helo,
        @Nullable ReversePath reversePath,
        @Nullable EmailAddress recipient,
        @Nullable EmailAddress mailbox,
        @Nullable RecipientLookup lookup,
        @Nullable Verdicts verdicts,
        @Nullable Advice advice,
        long size,
        @Nullable Standing standing,
        @Nullable DnsblVerdict dnsbl,
        List<ScanResult> scans,
        @Nullable String country) {
    public Facts {
        scans = List.copyOf(scans);
    }

    /** What is known before the greeting. */
    public static Facts of(InetAddress client) {
        return new Facts(
                client, null, false, null, null, null, null, null, null, null, 0, null, null,
                List.of(), null);
    }

    /** After STARTTLS. */
    public Facts withTls(boolean encrypted) {
        return with(draft -> draft.tls = encrypted);
    }

    /** After HELO or EHLO. */
    public Facts withHelo(String name) {
        return with(draft -> draft.helo = name);
    }

    /** At MAIL; what an earlier transaction knew is forgotten. */
    public Facts withReversePath(ReversePath path) {
        return ofSession().with(draft -> draft.reversePath = path);
    }

    /** What is known of the session; what belongs to a transaction is forgotten. */
    public Facts ofSession() {
        return of(client)
                .with(draft -> {
                    draft.tls = tls;
                    draft.helo = helo;
                    draft.standing = standing;
                    draft.country = country;
                });
    }

    /** At RCPT, once the directory has answered. */
    public Facts withRecipient(EmailAddress address, RecipientLookup answer) {
        return with(draft -> {
            draft.recipient = address;
            draft.mailbox = null;
            draft.lookup = answer;
        });
    }

    /**
     * The same where the address may be a subaddress: entries and conditions that name the mailbox
     * hold for it too.
     *
     * @param directory tells the detail, from memory
     */
    public Facts withRecipient(
            EmailAddress address, RecipientLookup answer, RecipientDirectory directory) {
        boolean ours = answer instanceof RecipientLookup.Known;
        @Nullable EmailAddress user = ours ? directory.withoutDetail(address).orElse(null) : null;
        return withRecipient(address, answer).with(draft -> draft.mailbox = user);
    }

    /** The names of the recipient: as RCPT has it, and without the detail of a subaddress. */
    public List<EmailAddress> recipientNames() {
        return Stream.of(recipient, mailbox).filter(Objects::nonNull).toList();
    }

    /** At the end of the content; a message has no single recipient. */
    public Facts withAuthentication(Verdicts found, Advice asked) {
        return with(draft -> {
            draft.recipient = null;
            draft.mailbox = null;
            draft.lookup = null;
            draft.verdicts = found;
            draft.advice = asked;
        });
    }

    /** At the end of the content: whom it tells of, behind a trusted relay above all. */
    public Facts withOrigin(InetAddress told) {
        return with(draft -> draft.origin = told.equals(client) ? null : told);
    }

    /** The client, and whom the content tells of behind it. */
    public List<InetAddress> clients() {
        return origin == null ? List.of(client) : List.of(client, origin);
    }

    /** At the end of the content: how many octets it has. */
    public Facts withSize(long octets) {
        return with(draft -> draft.size = octets);
    }

    /** At any stage: what the past says of the client. */
    public Facts withStanding(Standing past) {
        return with(draft -> draft.standing = past);
    }

    /** Once the DNS lists have answered, at RCPT and with the author's domain after the content. */
    public Facts withDnsbl(DnsblVerdict said) {
        return with(draft -> draft.dnsbl = said);
    }

    /** At the end of the content, once scanners have answered. */
    public Facts withScans(List<ScanResult> said) {
        return with(draft -> draft.scans = said);
    }

    /**
     * Where the client is: from the beginning on, and anew where the content tells who it is.
     *
     * @param code two capital letters, or null where nobody knows
     */
    public Facts withCountry(@Nullable String code) {
        return with(draft -> draft.country = code);
    }

    private Facts with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.facts();
    }

    /** The same facts while some of them are exchanged; seen by nobody else. */
    private static final class Draft {
        private final InetAddress client;
        private @Nullable InetAddress origin;
        private boolean tls;
        private @Nullable String helo;
        private @Nullable ReversePath reversePath;
        private @Nullable EmailAddress recipient;
        private @Nullable EmailAddress mailbox;
        private @Nullable RecipientLookup lookup;
        private @Nullable Verdicts verdicts;
        private @Nullable Advice advice;
        private long size;
        private @Nullable Standing standing;
        private @Nullable DnsblVerdict dnsbl;
        private List<ScanResult> scans;
        private @Nullable String country;

        Draft(Facts from) {
            client = from.client;
            origin = from.origin;
            tls = from.tls;
            helo = from.helo;
            reversePath = from.reversePath;
            recipient = from.recipient;
            mailbox = from.mailbox;
            lookup = from.lookup;
            verdicts = from.verdicts;
            advice = from.advice;
            size = from.size;
            standing = from.standing;
            dnsbl = from.dnsbl;
            scans = from.scans;
            country = from.country;
        }

        Facts facts() {
            return new Facts(
                    client,
                    origin,
                    tls,
                    helo,
                    reversePath,
                    recipient,
                    mailbox,
                    lookup,
                    verdicts,
                    advice,
                    size,
                    standing,
                    dnsbl,
                    scans,
                    country);
        }
    }
}
