package org.postern.app.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.AnomalousSenders;
import org.postern.app.reputation.Harvesters;
import org.postern.app.reputation.Holds;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.reputation.Banned;
import org.postern.core.reputation.Networks;

/**
 * What the gateway itself has put on a list for a while, and a person can end: {@code ban}, who is
 * kept out, and {@code hold}, whose mail is held. Thread-safe.
 */
public final class PassingEntries {
    private static final String BAN = "ban";
    private static final String HOLD = "hold";

    private final Harvesters harvesters;
    private final AnomalousSenders senders;

    /** Those of these. */
    public PassingEntries(Harvesters harvesters, AnomalousSenders senders) {
        this.harvesters = harvesters;
        this.senders = senders;
    }

    /** Whether a list is one of these. */
    static boolean has(@Nullable String list) {
        return BAN.equals(list) || HOLD.equals(list);
    }

    /** What is said of one of these lists when it is empty; nothing of any other. */
    static Optional<String> none(@Nullable String list) {
        if (BAN.equals(list)) {
            return Optional.of("nobody is kept out\n");
        }
        return HOLD.equals(list) ? Optional.of("nobody's mail is on hold\n") : Optional.empty();
    }

    /** A line or an object for each entry of this list, or of both where none is named. */
    List<String> lines(@Nullable String only, boolean text) {
        List<String> lines = new ArrayList<>();
        if (only == null || only.equals(BAN)) {
            harvesters
                    .bans()
                    .all()
                    .forEach(b ->
                            lines.add(
                                    text
                                            ? line(
                                                    BAN,
                                                    b.whom().kind(),
                                                    b.whom().name(),
                                                    b.left(),
                                                    b.reason())
                                            : json(
                                                    BAN,
                                                    b.whom().kind(),
                                                    b.whom().name(),
                                                    b.until().toString(),
                                                    b.reason())));
        }
        if (only == null || only.equals(HOLD)) {
            senders.holds()
                    .all()
                    .forEach(h ->
                            lines.add(
                                    text
                                            ? line(
                                                    HOLD,
                                                    h.whose().kind().word(),
                                                    h.whose().name(),
                                                    h.left(),
                                                    h.why())
                                            : json(
                                                    HOLD,
                                                    h.whose().kind().word(),
                                                    h.whose().name(),
                                                    h.until().toString(),
                                                    h.why())));
        }
        return lines;
    }

    private static String line(String list, String kind, String name, Duration left, String why) {
        return Human.cell(list, 6)
                + Human.cell(kind, 21)
                + Human.printable(name)
                + ", another "
                + Human.duration(left)
                + ": "
                + why;
    }

    private static String json(String list, String kind, String name, String until, String why) {
        return Exchange.JSON.writeValueAsString(
                Exchange.JSON
                        .createObjectNode()
                        .put("list", list)
                        .put("kind", kind)
                        .put("entry", name)
                        .put("comment", why)
                        .put("expires", until));
    }

    /** Ends what is named {@code entry} on the list that is asked for. */
    void remove(Exchange exchange, String entry) throws IOException, InvalidAddressException {
        String owner = exchange.parameter("owner");
        String by = owner == null ? "nobody named" : owner;
        if (BAN.equals(exchange.parameter("list"))) {
            Set<Banned> whom = whom(entry);
            String name = whom.iterator().next().name();
            answer(
                    exchange,
                    BAN,
                    name,
                    !harvesters.letIn(whom, by).isEmpty(),
                    " is let in again\n",
                    " is not kept out\n");
            return;
        }
        String name = entry.startsWith("@") ? entry.substring(1) : entry;
        List<Holds.Hold> ended = senders.end(name, by);
        answer(
                exchange,
                HOLD,
                name,
                !ended.isEmpty(),
                ": new mail is delivered again; what is held already: postern queue release"
                        + " --reason "
                        + AnomalousSenders.RULE
                        + "\n",
                " is not on hold\n");
    }

    private static void answer(
            Exchange exchange, String list, String name, boolean there, String yes, String no)
            throws IOException {
        int status = there ? 200 : 404;
        if (exchange.wantsText()) {
            exchange.text(status, Api.TEXT, Human.printable(name) + (there ? yes : no));
        } else {
            exchange.json(
                    status,
                    Exchange.JSON
                            .createObjectNode()
                            .put("removed", there)
                            .put("list", list)
                            .put("entry", name));
        }
    }

    /** A client, a network or a domain; of a single address, what stands for its host. */
    private static Set<Banned> whom(String entry) throws InvalidAddressException {
        if (!ListRoutes.isNetwork(entry)) {
            Domain domain = Domain.parse(entry.startsWith("@") ? entry.substring(1) : entry);
            return Set.of(new Banned.Sender(domain), new Banned.Signer(domain));
        }
        Cidr network = Cidr.parse(entry);
        return Set.of(
                new Banned.Network(
                        entry.indexOf('/') < 0 ? Networks.host(Ip.parse(entry)) : network));
    }
}
