package org.postern.queue.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.mail.Domain;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MailHost;
import org.postern.core.mail.Recipient;

/**
 * Delivers to the MX hosts of each recipient's own domain: the way of notices to senders. One relay
 * for each domain of late; the one that was longest without mail makes room.
 *
 * <p>Thread-safe.
 */
final class MxRelay implements Downstream {
    /** Domains whose connections are kept. */
    private static final int MAX_DOMAINS = 64;

    /** Connections to one domain at once: we are a guest there. */
    private static final int CONNECTIONS = 2;

    private static final int SMTP_PORT = 25;

    private final DownstreamConfig config;
    private final DeliveryEnvironment environment;
    private final Tally tally;
    private final int port;
    private final LinkedHashMap<Domain, RelayDownstream> relays =
            new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    /**
     * @param config name, tls, trust and time-out count; its host does not
     */
    MxRelay(DownstreamConfig config, DeliveryEnvironment environment) {
        this.config = config;
        this.environment = environment;
        this.tally = new Tally(environment.time());
        this.port = config.target() instanceof Target.Smtp smtp ? smtp.port() : SMTP_PORT;
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public DeliveryReport deliver(DeliveryRequest request) throws InterruptedException {
        long start = environment.time().nanoTime();
        tally.begin();
        try {
            Map<MailHost, List<Recipient>> byDomain = new LinkedHashMap<>();
            for (Recipient r : request.envelope().recipients()) {
                byDomain.computeIfAbsent(r.address().host(), h -> new ArrayList<>()).add(r);
            }
            Map<Recipient, RecipientOutcome> outcomes = new LinkedHashMap<>();
            DeliveryReport last = null;
            Step trouble = null;
            for (Map.Entry<MailHost, List<Recipient>> e : byDomain.entrySet()) {
                if (!(e.getKey() instanceof Domain domain)) {
                    outcomes.putAll(Outcomes.forAll(e.getValue(), noDomain()));
                    continue;
                }
                last = deliver(domain, request, e.getValue(), outcomes);
                trouble = trouble == null ? last.trouble() : trouble;
            }
            return report(request, outcomes, last, trouble, start);
        } finally {
            tally.end();
        }
    }

    private DeliveryReport deliver(
            Domain domain,
            DeliveryRequest request,
            List<Recipient> recipients,
            Map<Recipient, RecipientOutcome> outcomes)
            throws InterruptedException {
        Envelope all = request.envelope();
        Envelope part =
                new Envelope(
                        all.reversePath(),
                        recipients,
                        all.body(),
                        all.smtpUtf8(),
                        all.requireTls(),
                        all.envelopeId(),
                        all.dsnReturn());
        try {
            DeliveryReport report =
                    relay(domain)
                            .deliver(
                                    new DeliveryRequest(
                                            request.id(),
                                            part,
                                            request.content(),
                                            null,
                                            request.point()));
            outcomes.putAll(report.outcomes());
            return report;
        } catch (InterruptedException e) {
            if (outcomes.isEmpty()) {
                throw e;
            }
            // another domain has its copy already, which must be reported
            Thread.currentThread().interrupt();
            Map<Recipient, RecipientOutcome> rest =
                    Outcomes.forAll(
                            recipients, Outcomes.deferred("4.3.2", "the attempt was interrupted"));
            outcomes.putAll(rest);
            return new DeliveryReport(
                    rest, domain.ascii(), Step.CONNECT, null, false, Duration.ZERO);
        }
    }

    private DeliveryReport report(
            DeliveryRequest request,
            Map<Recipient, RecipientOutcome> outcomes,
            @Nullable DeliveryReport last,
            @Nullable Step trouble,
            long start) {
        Map<Recipient, RecipientOutcome> ordered = new LinkedHashMap<>();
        for (Recipient r : request.envelope().recipients()) {
            ordered.put(r, outcomes.getOrDefault(r, noDomain()));
        }
        DeliveryReport report =
                new DeliveryReport(
                        ordered,
                        last == null ? config.name() : last.peer(),
                        trouble,
                        last == null ? null : last.tls(),
                        last != null && last.dsnPassedOn(),
                        Duration.ofNanos(environment.time().nanoTime() - start));
        if (report.allDelivered()) {
            tally.succeeded();
        } else if (trouble != null) {
            tally.troubled("while " + trouble.words());
        }
        return report;
    }

    private static RecipientOutcome noDomain() {
        return new RecipientOutcome.Failed(
                Outcomes.reply(550, "5.1.2", "mail is sent to domains, not to address literals"),
                false);
    }

    private synchronized RelayDownstream relay(Domain domain) {
        RelayDownstream relay = relays.get(domain);
        if (relay == null) {
            DownstreamConfig own =
                    new DownstreamConfig(
                            config.name() + ":" + domain,
                            new Target.Smtp(domain.ascii(), port, false),
                            config.tls(),
                            CONNECTIONS,
                            config.timeout(),
                            config.trust(),
                            true,
                            false);
            relay =
                    new RelayDownstream(
                            own, environment, new Watchdog(own.name(), environment.time()), true);
            if (closed) {
                relay.close();
                return relay;
            }
            relays.put(domain, relay);
            if (relays.size() > MAX_DOMAINS) {
                Map.Entry<Domain, RelayDownstream> eldest = relays.firstEntry();
                relays.remove(eldest.getKey());
                eldest.getValue().close();
            }
        }
        return relay;
    }

    @Override
    public synchronized DownstreamStatus status() {
        int idle = relays.values().stream().mapToInt(r -> r.status().idle()).sum();
        return tally.status(config.name(), idle);
    }

    @Override
    public synchronized void close() {
        closed = true;
        relays.values().forEach(RelayDownstream::close);
        relays.clear();
    }
}
