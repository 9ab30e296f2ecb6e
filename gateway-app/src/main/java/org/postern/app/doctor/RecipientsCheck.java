package org.postern.app.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;

/** Whether every domain knows its recipients. */
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
        if (open.isEmpty()) {
            findings.add(
                    Finding.ok(
                            name(),
                            "every domain ("
                                    + scene.config().domains().size()
                                    + ") lists its recipients"));
        }
        return findings;
    }
}
