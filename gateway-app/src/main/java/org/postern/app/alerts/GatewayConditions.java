package org.postern.app.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.core.config.AlertsConfig.Severity;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.SpoolHealth;
import org.postern.queue.spool.SpoolSummary;
import org.postern.smtp.admission.OverloadController;

/**
 * The conditions of a running gateway, with the names of {@code config/prometheus/alerts.yml}, so
 * that the same runbooks hold. What needs rates or a day's memory is left to Prometheus.
 */
public final class GatewayConditions {
    private static final Duration OLD = Duration.ofHours(1);
    private static final Duration STUCK = Duration.ofHours(6);
    private static final Duration EXPIRES = Duration.ofDays(14);
    private static final Duration EXPIRED = Duration.ofDays(2);

    /** Octets on the spool's disk below which somebody makes room before mail has to wait. */
    private static final long LITTLE = 1_000_000_000;

    private static final long MANY = 500;
    private static final double IMPLAUSIBLE = 0.2;
    private static final double MOST = 0.5;
    private static final long CROWD = 200;
    private static final Duration SAMPLES = Duration.ofMinutes(5);
    private static final int SAMPLES_AN_HOUR = 12;

    private final GatewayState gateway;
    private final Sources sources;
    private final TimeSource time;
    private final Deque<Long> waitingBefore = new ArrayDeque<>();
    private long sampledNanos;

    /**
     * What the gateway's state does not say by itself.
     *
     * @param implausibleShare share of the last messages whose client cannot be a sender
     * @param certificateEnds when the first certificate in use ends
     * @param probe what the probe has found wrong for some rounds
     * @param topSenderShare share of the most frequent sender in all that waits
     * @param journal why the journal is not complete, or empty
     * @param heldSenders how many senders are held as anomalous
     * @param unusualSenders how many would be, in mode observe
     * @param keptOut how many networks and domains are kept out
     * @param refusedLists which recipient lists wait for a confirmation, or empty
     * @param staleLists which recipient lists are old or were never loaded, or empty
     */
    public record Sources(
            DoubleSupplier implausibleShare,
            Supplier<Optional<Instant>> certificateEnds,
            Supplier<Optional<String>> probe,
            DoubleSupplier topSenderShare,
            Supplier<Optional<String>> journal,
            IntSupplier heldSenders,
            IntSupplier unusualSenders,
            IntSupplier keptOut,
            Supplier<Optional<String>> refusedLists,
            Supplier<Optional<String>> staleLists) {}

    private GatewayConditions(GatewayState gateway, Sources sources, TimeSource time) {
        this.gateway = gateway;
        this.sources = sources;
        this.time = time;
    }

    /** A board with every condition of this gateway. */
    public static AlertBoard board(GatewayState gateway, Sources sources, TimeSource time) {
        GatewayConditions c = new GatewayConditions(gateway, sources, time);
        return new AlertBoard(c.all(), time);
    }

    private List<Condition> all() {
        return List.of(
                page("PosternNotReady", Duration.ofMinutes(5), () -> parts("")),
                page("PosternSpoolNotWritable", Duration.ofMinutes(1), this::unwritable),
                page("PosternDiskFull", Duration.ofMinutes(1), this::full),
                page("PosternClockStepped", Duration.ZERO, () -> parts("clock")),
                ticket("PosternQueueOld", Duration.ofMinutes(10), () -> waits(OLD)),
                page("PosternQueueStuck", Duration.ofMinutes(10), () -> waits(STUCK)),
                page("PosternQueueGrows", Duration.ofMinutes(10), this::grows),
                page("PosternTopSender", Duration.ofMinutes(10), this::topSender),
                page("PosternSenderHeld", Duration.ZERO, this::heldSenders),
                ticket("PosternSenderUnusual", Duration.ZERO, this::unusualSenders),
                ticket("PosternNetworkKeptOut", Duration.ZERO, this::keptOut),
                page("PosternDeliveryTrouble", Duration.ofMinutes(10), this::downstreams),
                page("PosternClientsImplausible", Duration.ofMinutes(5), this::implausible),
                page("PosternProbeFails", Duration.ZERO, sources.probe()),
                page("PosternOverload", Duration.ofMinutes(5), this::overload),
                ticket("PosternCertificateExpires", Duration.ZERO, () -> ends(EXPIRES)),
                page("PosternCertificateExpired", Duration.ZERO, () -> ends(EXPIRED)),
                ticket("PosternDnsListOff", Duration.ofMinutes(15), () -> unwell("dns list")),
                page("PosternScannerFails", Duration.ofMinutes(5), () -> unwell("scanner")),
                ticket("PosternJournalIncomplete", Duration.ZERO, sources.journal()),
                page("PosternRecipientsRefused", Duration.ZERO, sources.refusedLists()),
                ticket("PosternRecipientsStale", Duration.ofMinutes(10), sources.staleLists()),
                ticket("PosternRuleEnded", Duration.ZERO, () -> unwell("rule")),
                ticket("PosternReloadFailed", Duration.ofMinutes(1), this::reload));
    }

    private static Condition page(String name, Duration lasts, Supplier<Optional<String>> look) {
        return new Condition(name, Severity.PAGE, lasts, look);
    }

    private static Condition ticket(String name, Duration lasts, Supplier<Optional<String>> look) {
        return new Condition(name, Severity.TICKET, lasts, look);
    }

    /** The parts that are not ready, of this name or, without one, all of them. */
    private Optional<String> parts(String name) {
        String trouble =
                gateway.parts().stream()
                        .filter(p -> !p.ready() && (name.isEmpty() || p.name().equals(name)))
                        .map(p -> p.name() + ": " + p.detail())
                        .collect(Collectors.joining("; "));
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    /** The helpers of this kind that are of no use now. */
    private Optional<String> unwell(String kind) {
        String trouble =
                gateway.helpers().stream()
                        .filter(h -> h.kind().equals(kind) && !h.well())
                        .map(h -> h.name() + ": " + h.detail())
                        .collect(Collectors.joining("; "));
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    private Optional<String> unwritable() {
        SpoolHealth health = gateway.spool().health();
        return health.writable() ? parts("disk") : Optional.of(health.detail());
    }

    private Optional<String> full() {
        SpoolHealth health = gateway.spool().health();
        return health.writable() && (!health.room() || health.freeBytes() < LITTLE)
                ? Optional.of(Human.size(health.freeBytes()) + " are left: " + health.detail())
                : Optional.empty();
    }

    private Optional<String> waits(Duration limit) {
        Duration oldest = gateway.spool().summary().oldestAge();
        return oldest.compareTo(limit) > 0
                ? Optional.of("the oldest message has waited for " + Human.duration(oldest))
                : Optional.empty();
    }

    private Optional<String> grows() {
        SpoolSummary queue = gateway.spool().summary();
        long waiting = queue.count(EntryState.QUEUED) + queue.count(EntryState.DEFERRED);
        long now = time.nanoTime();
        if (waitingBefore.isEmpty() || now - sampledNanos >= SAMPLES.toNanos()) {
            sampledNanos = now;
            waitingBefore.addLast(waiting);
            if (waitingBefore.size() > SAMPLES_AN_HOUR + 1) {
                waitingBefore.removeFirst();
            }
        }
        long before = waitingBefore.getFirst();
        return waiting > MANY && waiting > 2 * before
                ? Optional.of(
                        waiting
                                + " messages wait, "
                                + before
                                + " did "
                                + (waitingBefore.size() - 1) * SAMPLES.toMinutes()
                                + " minutes ago")
                : Optional.empty();
    }

    private Optional<String> topSender() {
        SpoolSummary queue = gateway.spool().summary();
        long waiting =
                queue.count(EntryState.QUEUED)
                        + queue.count(EntryState.DEFERRED)
                        + queue.count(EntryState.HELD);
        double share = sources.topSenderShare().getAsDouble();
        return waiting > CROWD && share > MOST
                ? Optional.of(
                        String.format(
                                Locale.ROOT,
                                "one sender makes up %.0f%% of %d messages that wait",
                                share * 100,
                                waiting))
                : Optional.empty();
    }

    private Optional<String> heldSenders() {
        return anomalous(sources.heldSenders().getAsInt(), " is held: ");
    }

    private Optional<String> unusualSenders() {
        return anomalous(sources.unusualSenders().getAsInt(), " would be held, in mode enforce: ");
    }

    private static Optional<String> anomalous(int senders, String what) {
        return senders == 0
                ? Optional.empty()
                : Optional.of(
                        "mail of "
                                + senders
                                + (senders == 1
                                        ? " sender, sender domain or client"
                                        : " senders, sender domains or clients")
                                + what
                                + "far more of it, or far more of it put off, than ever;"
                                + " look: postern lists show hold");
    }

    /** Single clients come and go; a network or a domain is many people's mail. */
    private Optional<String> keptOut() {
        int wide = sources.keptOut().getAsInt();
        return wide == 0
                ? Optional.empty()
                : Optional.of(
                        wide
                                + (wide == 1 ? " network or domain is" : " networks or domains are")
                                + " kept out for unknown recipients; look: postern lists show ban");
    }

    private Optional<String> downstreams() {
        String trouble =
                gateway.downstreams().stream()
                        .map(Downstream::status)
                        .filter(GatewayConditions::inTrouble)
                        .map(s -> s.name() + ": " + s.lastTrouble())
                        .collect(Collectors.joining("; "));
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    private static boolean inTrouble(DownstreamStatus status) {
        Instant trouble = status.lastTroubleAt();
        Instant success = status.lastSuccessAt();
        return trouble != null && (success == null || trouble.isAfter(success));
    }

    private Optional<String> implausible() {
        double share = sources.implausibleShare().getAsDouble();
        return share > IMPLAUSIBLE
                ? Optional.of(
                        String.format(
                                Locale.ROOT,
                                "%.0f%% of mail comes from addresses that no sender can have",
                                share * 100))
                : Optional.empty();
    }

    private Optional<String> overload() {
        return gateway.overload().state() == OverloadController.State.OPEN
                ? Optional.empty()
                : Optional.of("senders are turned away: " + gateway.overload().worst());
    }

    private Optional<String> ends(Duration limit) {
        return sources.certificateEnds()
                .get()
                .filter(end -> Duration.between(time.instant(), end).compareTo(limit) < 0)
                .map(end -> "the certificate ends at " + end);
    }

    private Optional<String> reload() {
        return gateway.refusal()
                .map(refusal ->
                        "the last reload was refused, an older configuration is in force: "
                                + refusal.why());
    }
}
