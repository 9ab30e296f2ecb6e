package org.postern.app.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.postern.app.directory.SourceStates;
import org.postern.app.text.Human;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;

/**
 * Whether every domain knows its recipients: by the configuration, and by what the running gateway
 * has loaded.
 */
final class RecipientsCheck implements Check {
    @Override
    public String name() {
        return "recipients";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Domain> open =
                scene.config().domains().values().stream()
                        .filter(d ->
                                d.recipients().stream()
                                        .anyMatch(
                                                RecipientSourceConfig.AcceptAll.class::isInstance))
                        .map(DomainConfig::domain)
                        .sorted(Comparator.comparing(Domain::ascii))
                        .toList();
        List<Finding> findings = new ArrayList<>();
        for (Domain domain : open) {
            findings.add(
                    Finding.warning(
                            name(),
                            domain + " accepts every address (accept-all)",
                            "mail for addresses that do not exist is accepted and then bounced, to"
                                    + " senders who are mostly forged; block lists take that for an"
                                    + " attack. List the recipients under domains."
                                    + domain
                                    + ".recipients",
                            scene.postern("check")));
        }
        findings.addAll(sources(scene));
        if (findings.isEmpty()) {
            findings.add(
                    Finding.ok(
                            name(),
                            "every domain ("
                                    + scene.config().domains().size()
                                    + ") lists its recipients"));
        }
        return findings;
    }

    /** What the running gateway says of sources over the network. */
    private List<Finding> sources(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        String look = scene.postern("recipients status");
        scene.daemon()
                .metricBy("source", "postern_recipients_entries")
                .forEach((source, entries) -> {
                    if (entries < 0) {
                        findings.add(
                                Finding.failure(
                                        name(),
                                        source + " has never been loaded",
                                        "mail for whoever is in no other source of the"
                                                + " domain waits at its sender (451)",
                                        look));
                    }
                });
        scene.daemon()
                .metricBy("source", "postern_recipients_sync_refused")
                .forEach((source, gone) -> {
                    if (gone > 0) {
                        findings.add(
                                Finding.warning(
                                        name(),
                                        "%s: a newer list would take away %.0f recipients"
                                                        .formatted(source, gone)
                                                + " and is not taken",
                                        "the list of before is served until somebody says"
                                                + " that the new one is right",
                                        look));
                    }
                });
        scene.daemon()
                .metricBy("source", "postern_recipients_staleness_seconds")
                .forEach((source, seconds) -> {
                    if (seconds > SourceStates.STALE.toSeconds()) {
                        findings.add(
                                Finding.warning(
                                        name(),
                                        source
                                                + " was last read "
                                                + Human.duration(
                                                        Duration.ofSeconds(seconds.longValue()))
                                                + " ago",
                                        "new mailboxes are refused, removed ones accepted",
                                        look));
                    }
                });
        return findings;
    }
}
