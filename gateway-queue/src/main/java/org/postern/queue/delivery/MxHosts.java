package org.postern.queue.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.queue.delivery.DeliveryDns.Exchanger;
import org.postern.queue.delivery.DeliveryDns.MailExchangers;

/** The hosts of a domain's MX, in the order in which they are to be tried (RFC 5321, 5.1). */
final class MxHosts {
    private MxHosts() {}

    /**
     * Asks for them.
     *
     * @throws RelayException if there is none: for good where the domain takes no mail or does not
     *     exist, otherwise for now
     */
    static List<String> of(String name, DeliveryEnvironment environment) throws RelayException {
        Domain domain;
        try {
            domain = Domain.parse(name);
        } catch (InvalidAddressException e) {
            throw new RelayException(
                    Step.RESOLVE,
                    Outcomes.deferred("4.4.3", name + " is no domain whose MX could be asked"),
                    e);
        }
        return switch (environment.dns().mailExchangers(domain)) {
            case MailExchangers.Hosts(List<Exchanger> all) ->
                    inOrder(domain, all, environment.hostname());
            // the domain itself is its implicit MX
            case MailExchangers.NoRecord _ -> List.of(domain.ascii());
            case MailExchangers.NullMx _ ->
                    throw never(
                            556, "5.1.10", domain + " takes no mail (null MX)"); // RFC 7505, 4.2
            case MailExchangers.NoDomain _ ->
                    throw never(550, "5.1.2", "domain " + domain + " does not exist");
            case MailExchangers.Unavailable(String why) ->
                    throw new RelayException(
                            Step.RESOLVE,
                            Outcomes.deferred(
                                    "4.4.3", "MX of " + domain + " cannot be had: " + why));
        };
    }

    private static RelayException never(int code, String status, String text) {
        return new RelayException(
                Step.RESOLVE,
                new RecipientOutcome.Failed(Outcomes.reply(code, status, text), false));
    }

    private static List<String> inOrder(Domain domain, List<Exchanger> all, Domain self)
            throws RelayException {
        int ownPreference =
                all.stream()
                        .filter(e -> e.host().equalsIgnoreCase(self.ascii()))
                        .mapToInt(Exchanger::preference)
                        .min()
                        .orElse(Integer.MAX_VALUE);
        // RFC 5321, 5.1: only hosts better than ourselves, or mail would go in circles
        List<Exchanger> better = new ArrayList<>(all);
        better.removeIf(e -> e.preference() >= ownPreference);
        if (better.isEmpty()) {
            throw new RelayException(
                    Step.RESOLVE,
                    Outcomes.deferred(
                            "4.4.6", "the best MX of " + domain + " is this gateway itself"));
        }
        Collections.shuffle(better); // RFC 5321, 5.1: equals in random order; the sort is stable
        better.sort(Comparator.comparingInt(Exchanger::preference));
        return better.stream().map(Exchanger::host).distinct().toList();
    }
}
