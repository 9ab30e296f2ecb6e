package org.postern.app.intake;

import java.net.InetAddress;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.reputation.Carriers;
import org.postern.app.reputation.Reputation;
import org.postern.app.reputation.Traps;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.NetworksConfig;
import org.postern.core.journal.Journal;
import org.postern.core.lists.ListMatch;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.session.Visit;

/**
 * The gateway behind the SMTP front: one {@link IntakeVisit} for each session, bound to the
 * revision that is in force when it begins. Thread-safe.
 */
public final class Intake implements SessionHandler {
    private final Parts parts;

    /**
     * What every session shares.
     *
     * @param live the revision in force
     * @param spool where accepted mail goes
     * @param metrics what is counted
     * @param journal who is told of everything
     * @param observes whether a rule only observes just now, whatever its mode
     * @param opinions who asks other implementations afterwards
     * @param relay asked for room, told of each accepted message
     * @param greylist who asks strangers to come back
     * @param reputation what is learned of who sends
     * @param traps what becomes of who writes to a spam trap
     * @param candidate the configuration beside the one in force, if there is one
     * @param probes which sessions are our own probe's
     * @param time both clocks
     */
    public record Parts(
            Supplier<Revision> live,
            Spool spool,
            Metrics metrics,
            Journal journal,
            Predicate<String> observes,
            OpinionSampler opinions,
            Acceptance relay,
            GreylistGate greylist,
            Reputation reputation,
            Traps traps,
            CandidatePolicy candidate,
            ProbeMark probes,
            TimeSource time) {}

    /** An intake of these parts. */
    public Intake(Parts parts) {
        this.parts = parts;
    }

    @Override
    public Standing standing(InetAddress client) {
        Snapshot snapshot = parts.live().get().snapshot();
        return isListed(snapshot, client)
                        || parts.reputation().knownGood().isKnownGood(client, Set.of())
                ? Standing.KNOWN_GOOD
                : Standing.STRANGER;
    }

    /**
     * Whether a client is our own, a relay that we trust (what it brings is of others), or on an
     * allow list.
     */
    static boolean isListed(Snapshot snapshot, InetAddress client) {
        NetworksConfig networks = snapshot.config().networks();
        return networks.internal().stream().anyMatch(n -> n.contains(client))
                || networks.trustedRelays().stream().anyMatch(n -> n.contains(client))
                || snapshot.lists().client(client) instanceof ListMatch.Allow;
    }

    /**
     * Whether nothing is learned against a client: our own, an allowed one, and one whose address
     * stands for others' ({@link Carriers}).
     */
    static boolean isExempt(Snapshot snapshot, InetAddress client) {
        return isListed(snapshot, client)
                || Carriers.isCarrier(snapshot.config().networks(), client);
    }

    @Override
    public Visit open(ClientConnection client) {
        return new IntakeVisit(parts, parts.live().get(), client);
    }
}
