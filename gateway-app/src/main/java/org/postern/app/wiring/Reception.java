package org.postern.app.wiring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.postern.app.admin.CandidateRoutes;
import org.postern.app.admin.ListRoutes;
import org.postern.app.admin.PassingEntries;
import org.postern.app.admin.RecipientRoutes;
import org.postern.app.admin.Route;
import org.postern.app.directory.RemoteDirectories;
import org.postern.app.directory.SourceStates;
import org.postern.app.intake.CandidatePolicy;
import org.postern.app.lists.AddedLists;
import org.postern.app.reputation.Carriers;
import org.postern.app.reputation.Chronicle;
import org.postern.app.reputation.Reputation;
import org.postern.app.reputation.Traps;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.core.mail.QueueId;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.postern.queue.surgery.SurgeryListener;

/**
 * What decides who may send and who can receive, beyond the snapshot itself: the parts that learn,
 * ask others or are changed while the gateway runs.
 */
final class Reception implements AutoCloseable {
    private final TimeSource time;
    private final LiveConfiguration live;
    private final RemoteDirectories directories;
    private final SourceStates sources;
    private final AddedLists lists;
    private final Reputation reputation;
    private final Traps traps;
    private final PassingEntries passing;
    private final CandidatePolicy candidate;
    private final OwnRules rules;
    private final ListGauges gauges;

    /** The parts for this configuration. */
    Reception(
            LiveConfiguration live,
            RemoteDirectories directories,
            Metrics metrics,
            TimeSource time) {
        this.live = live;
        this.directories = directories;
        this.time = time;
        this.sources = new SourceStates(directories, live.recipientFiles(), time);
        Path data = live.config().data();
        this.lists = new AddedLists(data, time, this::refreshLists);
        this.reputation =
                new Reputation(
                        data,
                        () -> live.config().reputation(),
                        client -> Carriers.isCarrier(live.config().networks(), client),
                        metrics,
                        time);
        this.traps = new Traps(lists, reputation, () -> live.config().reputation(), metrics, time);
        this.passing = new PassingEntries(reputation.harvesters(), reputation.anomalies());
        this.candidate =
                new CandidatePolicy(metrics, time, this::besideTheLiveOne, live.countries());
        this.rules = new OwnRules(live::config, metrics, time);
        this.gauges = new ListGauges(metrics, () -> live.snapshot().lists());
    }

    private SnapshotResult refreshLists() {
        SnapshotResult result = live.refreshLists();
        candidate.renew();
        return result;
    }

    /** What a candidate shares with the configuration in force: sources, and added entries. */
    private Snapshot besideTheLiveOne(Snapshot read) {
        return directories
                .bindToActive(read)
                .withLists(read.lists().withAddedOf(live.snapshot().lists()), time);
    }

    /** A configuration has come into force. */
    void reloaded() {
        gauges.follow();
        candidate.renew();
    }

    /**
     * Begins to work in the background.
     *
     * @param scribe writes down what begins and ends for senders
     * @param listener is told which entries were held and let go
     * @param undecided is told of entries of which nothing is left to deliver
     * @param past tells what the history of senders is learned from again, where it is lost
     */
    void start(
            Spool spool,
            Chronicle.Scribe scribe,
            SurgeryListener listener,
            Consumer<QueueId> undecided,
            Reputation.Past past) {
        reputation.chronicle().tell(scribe);
        directories.activate(live.snapshot());
        live.recipientFiles().activate(live.snapshot().recipients());
        reputation.start(spool, listener, undecided, past);
    }

    Reputation reputation() {
        return reputation;
    }

    Traps traps() {
        return traps;
    }

    /** Who is kept out, and whose mail is on hold. */
    PassingEntries passing() {
        return passing;
    }

    CandidatePolicy candidate() {
        return candidate;
    }

    /** What stands beside the rules in force: ended rules, and a candidate; for the status. */
    List<GatewayState.Helper> helpers() {
        List<GatewayState.Helper> states = new ArrayList<>(sources.helpers());
        states.addAll(rules.states());
        candidate.report().ifPresent(report -> states.add(state(report)));
        traps.trouble()
                .ifPresent(
                        t -> states.add(new GatewayState.Helper("spam traps", "list", false, t)));
        return states;
    }

    private GatewayState.Helper state(CandidatePolicy.Report report) {
        long others = report.counts().values().stream().mapToLong(Long::longValue).sum();
        return new GatewayState.Helper(
                "candidate",
                report.config().file().toString(),
                true,
                "observed for "
                        + Human.duration(Duration.between(report.since(), time.instant()))
                        + ": "
                        + others
                        + " of "
                        + report.compared()
                        + " decisions would have been others");
    }

    /** How the sources of recipients are. */
    SourceStates sources() {
        return sources;
    }

    /** The paths of the admin listener that these parts answer. */
    List<Route> routes() {
        List<Route> routes =
                new ArrayList<>(new ListRoutes(lists, passing, live::snapshot, time).routes());
        routes.addAll(
                new RecipientRoutes(live::snapshot, directories, live.recipientFiles(), time)
                        .routes());
        Candidates candidates = new Candidates(live, candidate, live.config().data(), time);
        routes.addAll(
                new CandidateRoutes(candidate, candidates::observe, live::config, time).routes());
        return routes;
    }

    @Override
    public void close() {
        directories.close();
        reputation.close();
    }
}
