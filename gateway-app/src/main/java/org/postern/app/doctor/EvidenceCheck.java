package org.postern.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What the running gateway has seen of its own mail: clients that no sender can be, verdicts that
 * have left their band, a journal with gaps. Only a running gateway can say.
 */
final class EvidenceCheck implements Check {
    private static final double IMPLAUSIBLE = 0.2;

    @Override
    public String name() {
        return "evidence";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        OptionalDouble share = scene.daemon().metric("postern_client_implausible_share");
        if (share.isEmpty()) {
            return List.of(
                    Finding.notChecked(
                            name(),
                            "client addresses and verdicts: only a running gateway sees them",
                            "it looks at the mail that comes",
                            scene.postern("run")));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(clients(scene, share.getAsDouble()));
        scene.daemon().metric("postern_guard_alarms").ifPresent(n -> findings.add(guard(scene, n)));
        scene.daemon()
                .metric("postern_journal_writable")
                .ifPresent(writable -> findings.add(journal(scene, writable)));
        scene.daemon()
                .metricBy("reason", "postern_journal_lost_total")
                .forEach((reason, events) -> {
                    if (events > 0) {
                        findings.add(lost(scene, reason, events));
                    }
                });
        return findings;
    }

    private Finding lost(Scene scene, String reason, double events) {
        return Finding.warning(
                name(),
                String.format(
                        Locale.ROOT,
                        "the journal has lost %,.0f events since the start: %s",
                        events,
                        reason),
                "trace, impact and replay do not know of them; what was accepted is in the spool"
                        + " all the same",
                scene.postern("status"));
    }

    private Finding clients(Scene scene, double share) {
        String seen =
                String.format(
                        Locale.ROOT,
                        "%.0f%% of the last messages came from addresses that no sender can have",
                        share * 100);
        return share <= IMPLAUSIBLE
                ? Finding.ok(name(), seen)
                : Finding.warning(
                        name(),
                        seen,
                        "a balancer, relay or NAT hides the true clients: SPF cannot be judged, and"
                                + " mail of your own domain may be refused. Name it in"
                                + " networks.load-balancers (it sends PROXY) or"
                                + " networks.trusted-relays (its Received field tells)",
                        scene.postern("guard show") + "; " + scene.postern("trace --since 10m"));
    }

    private Finding guard(Scene scene, double alarms) {
        return alarms < 1
                ? Finding.ok(name(), "every share of verdicts is within its band")
                : Finding.warning(
                        name(),
                        "verdicts are unusual: alarms of the guard that are on: " + (int) alarms,
                        "when much mail fails at once it is rarely the senders; each alarm names"
                                + " its likeliest cause",
                        scene.postern("guard show"));
    }

    private Finding journal(Scene scene, double writable) {
        return writable >= 1
                ? Finding.ok(name(), "the journal is written")
                : Finding.warning(
                        name(),
                        "the journal cannot be written",
                        "mail flows on, but trace, impact and replay will not know of it",
                        scene.postern("status"));
    }
}
