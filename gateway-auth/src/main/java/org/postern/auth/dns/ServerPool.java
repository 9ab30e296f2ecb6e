package org.postern.auth.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Name;

/**
 * The servers behind one client: asks them in the order of the configuration, those that are down
 * last, until one answers or the tries are spent, and follows aliases that a server leaves open.
 * Blocks its thread for at most tries x 2 timeouts a name; throws nothing. Thread-safe.
 */
final class ServerPool implements Upstream {
    private final List<Server> servers;
    private final Exchange exchange;
    private final Duration timeout;
    private final int tries;
    private final DnsListener listener;

    ServerPool(
            List<Server> servers,
            Exchange exchange,
            Duration timeout,
            int tries,
            DnsListener listener) {
        this.servers = List.copyOf(servers);
        this.exchange = exchange;
        this.timeout = timeout;
        this.tries = Math.max(1, tries);
        this.listener = listener;
    }

    @Override
    public Resolution resolve(DnsName question, QueryType type) {
        Name name = WireNames.write(question);
        Duration ttl = Duration.ofSeconds(Integer.MAX_VALUE);
        boolean authentic = true;
        int hops = 0;
        while (true) {
            switch (ask(name, type, hops)) {
                case AnswerReader.Reading.Final(DnsAnswer<?> answer, Duration life) -> {
                    ttl = min(ttl, life);
                    return new Resolution(authentic ? answer : withoutAuthentic(answer), ttl);
                }
                case AnswerReader.Reading.Alias(
                                Name target,
                                int followed,
                                Duration life,
                                boolean secure) -> {
                    name = target;
                    hops = followed;
                    ttl = min(ttl, life);
                    authentic &= secure; // a chain is as good as its weakest link
                }
                case AnswerReader.Reading.Failed(DnsAnswer.Reason reason, String detail) -> {
                    return Resolution.failed(reason, detail);
                }
            }
        }
    }

    private AnswerReader.Reading ask(Name name, QueryType type, int hops) {
        List<Server> order = order();
        AnswerReader.Reading.Failed last =
                new AnswerReader.Reading.Failed(DnsAnswer.Reason.UNREACHABLE, "no server");
        List<Server> gaveUp = new ArrayList<>();
        for (int i = 0; i < tries && gaveUp.size() < order.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                return new AnswerReader.Reading.Failed(DnsAnswer.Reason.CLOSED, "closed");
            }
            Server server = next(order, gaveUp, i);
            if (i > 0) {
                listener.happened(DnsListener.Event.RETRIED);
            }
            switch (exchange.ask(server, name, type, timeout)) {
                case Exchange.Outcome.Answered(var message) -> {
                    server.answered();
                    AnswerReader.Reading reading =
                            AnswerReader.read(message, name, type, server.trusted(), hops);
                    if (!(reading instanceof AnswerReader.Reading.Failed failed)) {
                        return reading;
                    }
                    // it would say the same again; another server might not
                    gaveUp.add(server);
                    last = at(server, failed.reason(), failed.detail());
                }
                case Exchange.Outcome.Failed(DnsAnswer.Reason reason, String detail) -> {
                    server.failed();
                    last = at(server, reason, detail);
                }
            }
        }
        return last;
    }

    private static Server next(List<Server> order, List<Server> gaveUp, int attempt) {
        for (int i = 0; i < order.size(); i++) {
            Server server = order.get((attempt + i) % order.size());
            if (!gaveUp.contains(server)) {
                return server;
            }
        }
        throw new IllegalStateException("every server has given up");
    }

    private List<Server> order() {
        List<Server> up = new ArrayList<>(servers.size());
        List<Server> down = new ArrayList<>(0);
        for (Server server : servers) {
            (server.down() ? down : up).add(server);
        }
        up.addAll(down);
        return up;
    }

    private static AnswerReader.Reading.Failed at(
            Server server, DnsAnswer.Reason reason, String detail) {
        return new AnswerReader.Reading.Failed(reason, server + ": " + detail);
    }

    private static DnsAnswer<?> withoutAuthentic(DnsAnswer<?> answer) {
        return switch (answer) {
            case DnsAnswer.Found<?> f -> new DnsAnswer.Found<>(f.records(), f.ttl(), false, false);
            case DnsAnswer.NoData<?> n -> new DnsAnswer.NoData<>(false);
            case DnsAnswer.NxDomain<?> n -> new DnsAnswer.NxDomain<>(false);
            case DnsAnswer.TempError<?> t -> t;
        };
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
