package org.postern.app.telemetry;

import java.util.Map;
import java.util.TreeMap;

/** What each metric says, for the HELP line of a scrape and for {@code docs/metrics.md}. */
public final class MetricHelp {
    private static final Map<String, String> HELP =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("alerts.active", "Alerts that are active, by severity"),
                            Map.entry(
                                    "alerts.heartbeats",
                                    "Beats towards the dead-man service, by outcome"),
                            Map.entry("alerts.posts", "News for webhooks, by webhook and outcome"),
                            Map.entry("auth", "Time that the checks of a message took, by method"),
                            Map.entry(
                                    "auth.results",
                                    "Results of the checks by method, result and reason"),
                            Map.entry(
                                    "auth.second.opinion",
                                    "What other implementations said on sampled messages, by"
                                            + " method, result and reason"),
                            Map.entry(
                                    "auth.second.opinion.dropped",
                                    "Sampled messages that nobody was asked about, by reason"),
                            Map.entry(
                                    "client.implausible.share",
                                    "Share of the last messages whose client address cannot be a"
                                            + " sender's, 0 to 1"),
                            Map.entry(
                                    "client.top.share",
                                    "Share of the last messages from the most frequent address, 0"
                                            + " to 1"),
                            Map.entry(
                                    "clock.step.seconds",
                                    "How far the wall clock moved against the monotonic clock"
                                            + " since the start"),
                            Map.entry("clock.steps", "Steps of the wall clock since the start"),
                            Map.entry(
                                    "config.reload.success",
                                    "Whether the last reload was taken, 1 or 0"),
                            Map.entry("config.revision", "Revision of the configuration in force"),
                            Map.entry(
                                    "cut.through",
                                    "Messages whose client waited for the downstream, by outcome"),
                            Map.entry("delivery", "Time that delivery attempts took"),
                            Map.entry(
                                    "delivery.attempts", "Recipient outcomes of delivery attempts"),
                            Map.entry(
                                    "delivery.possible.duplicates",
                                    "Attempts whose recipients may have the message twice"),
                            Map.entry(
                                    "dnsbl.list.up",
                                    "Whether a DNS list is asked, 1, or switched off, 0"),
                            Map.entry(
                                    "dnsbl.lookups", "Questions to DNS lists by list and outcome"),
                            Map.entry(
                                    "dnsbl.switched.off",
                                    "DNS lists switched off, by zone and reason"),
                            Map.entry("dns.events", "What happened on the way to DNS servers"),
                            Map.entry("dns.queries", "Questions to the DNS client by outcome"),
                            Map.entry(
                                    "greylisting.decisions",
                                    "What greylisting said of recipients, by result"),
                            Map.entry("greylisting.entries", "Triplets that greylisting remembers"),
                            Map.entry("greylisting.evicted", "Triplets that had to go for others"),
                            Map.entry("greylisting.memory.bytes", "Octets of greylisting's memory"),
                            Map.entry(
                                    "greylisting.save",
                                    "Time that saving greylisting's memory took"),
                            Map.entry(
                                    "greylisting.save.failures",
                                    "Greylisting's file not read or written, by what"),
                            Map.entry(
                                    "greylisting.waiting", "Triplets that have not come back yet"),
                            Map.entry("scan", "Time that content scanners took, by scanner"),
                            Map.entry(
                                    "scan.fields",
                                    "Header fields that a scanner itself asked for, by result"),
                            Map.entry(
                                    "scan.places.used", "Messages that a content scanner has now"),
                            Map.entry(
                                    "scan.results",
                                    "What content scanners said, by scanner and result"),
                            Map.entry(
                                    "lists.entries",
                                    "Entries of the lists that are in force, added ones among"
                                            + " them"),
                            Map.entry(
                                    "lists.expired",
                                    "Entries of the lists that have expired, added ones among"
                                            + " them"),
                            Map.entry(
                                    "guard.alarms", "Shares of verdicts that have left their band"),
                            Map.entry(
                                    "guard.observed.rules",
                                    "Rules that only observe because of such an alarm"),
                            Map.entry("journal.commit", "Time that one commit of the journal took"),
                            Map.entry("journal.events", "Events written to the journal"),
                            Map.entry("journal.lost", "Events the journal lost, by reason"),
                            Map.entry("journal.queue", "Events that wait to be written"),
                            Map.entry(
                                    "journal.set.aside",
                                    "Damaged files of the journal that were set aside"),
                            Map.entry(
                                    "journal.writable",
                                    "Whether the journal can be written, 1 or 0"),
                            Map.entry(
                                    "messages",
                                    "Messages and refused recipients by disposition and reason"),
                            Map.entry(
                                    "notices",
                                    "Decisions whether a sender is told what became of a message,"
                                            + " by event, outcome and reason"),
                            Map.entry(
                                    "country.database.age.seconds",
                                    "How long ago the database of countries in force was made"),
                            Map.entry(
                                    "country.database.kept",
                                    "1 where the file of countries that lies there is no use and"
                                            + " the one before is kept"),
                            Map.entry(
                                    "country.lookups",
                                    "Clients looked up in the database of countries, by result"),
                            Map.entry("overload.load", "Worst load gauge, 1 sheds everybody"),
                            Map.entry(
                                    "policy.candidate",
                                    "Whether a candidate configuration is observed, 1 or 0"),
                            Map.entry(
                                    "policy.candidate.failures",
                                    "Faults of the program in what only the candidate does"),
                            Map.entry(
                                    "policy.candidate.disagreements",
                                    "Decisions that the candidate would have taken otherwise"),
                            Map.entry(
                                    "policy.rules.ended",
                                    "Rules of section policy that are past their end"),
                            Map.entry(
                                    "policy.observed",
                                    "What rules in mode observe would have done"),
                            Map.entry(
                                    "probe", "Time that a probe took to be as it must be, by leg"),
                            Map.entry(
                                    "probe.last.success.timestamp.seconds",
                                    "When the last round of probes was as it must be, 0 for never"),
                            Map.entry(
                                    "probe.messages",
                                    "Probes by leg, outcome and the step where they ended"),
                            Map.entry("queue.bytes", "Octets of content in the spool"),
                            Map.entry("queue.messages", "Entries in the spool by state"),
                            Map.entry(
                                    "queue.oldest.age.seconds",
                                    "Age of the oldest entry that is queued or deferred"),
                            Map.entry(
                                    "queue.top.sender.share",
                                    "Share of the most frequent sender in all that waits, 0 to 1"),
                            Map.entry(
                                    "ready",
                                    "Whether all parts of the gateway are well, as /readyz has it,"
                                            + " 1 or 0"),
                            Map.entry(
                                    "recipient.lookups", "Recipient look-ups by source and result"),
                            Map.entry(
                                    "recipients.entries",
                                    "Recipients that a file, or a source over the network, has; -1"
                                            + " if it was never loaded"),
                            Map.entry(
                                    "recipients.staleness.seconds",
                                    "Time since a source of recipients last answered well; of a"
                                            + " file 0 unless its last good copy is served, of a"
                                            + " call-out 0 unless its store is away"),
                            Map.entry(
                                    "recipients.sync.refused",
                                    "Recipients that a list would take away and that wait for"
                                            + " confirmation, 0 for none"),
                            Map.entry(
                                    "recipients.syncs",
                                    "Synchronisations of a source by outcome: taken, refused,"
                                            + " failed"),
                            Map.entry(
                                    "reputation.anomalies",
                                    "Senders, sender domains and clients whose mail is held now"),
                            Map.entry(
                                    "reputation.anomalies.observed",
                                    "Senders, sender domains and clients whose mail would be held"
                                            + " now, in mode observe"),
                            Map.entry(
                                    "reputation.anomalies.begun",
                                    "Senders, sender domains and clients whose mail began to be"
                                            + " held"),
                            Map.entry(
                                    "reputation.bans",
                                    "Clients, networks and domains kept out now"),
                            Map.entry(
                                    "reputation.bans.begun",
                                    "Clients, networks and domains that began to be kept out"),
                            Map.entry(
                                    "reputation.bans.spared",
                                    "Known good clients, networks and domains that would have been"
                                            + " kept out and were only slowed"),
                            Map.entry(
                                    "reputation.remembered",
                                    "What is remembered of senders, in each bounded table"),
                            Map.entry(
                                    "reputation.networks", "Networks with a history of good mail"),
                            Map.entry("reputation.traps", "Messages to spam traps, by response"),
                            Map.entry(
                                    "reputation.traps.waiting",
                                    "Clients that wrote to a spam trap and are not listed yet"),
                            Map.entry(
                                    "reputation.unknown.recipients",
                                    "Unknown recipients by what they called for; null senders"
                                            + " apart"),
                            Map.entry(
                                    "smtp.accept.failures",
                                    "Connections that could not be accepted"),
                            Map.entry("smtp.connections", "SMTP connections open now"),
                            Map.entry("smtp.limit.hits", "Limits reached, by name"),
                            Map.entry("smtp.replies", "SMTP replies by command and code"),
                            Map.entry("smtp.sessions", "SMTP sessions ended, by outcome"),
                            Map.entry("smtp.tls.handshakes", "TLS handshakes by version"),
                            Map.entry("spool.alarms", "Alarms of the spool by kind"),
                            Map.entry("spool.disk.free.bytes", "Free octets on the spool's disk"),
                            Map.entry(
                                    "spool.disk.free.inodes",
                                    "Free inodes on the spool's disk, 2^63 where it counts none"),
                            Map.entry(
                                    "spool.index.bytes",
                                    "What the queue's index takes outside the heap"),
                            Map.entry(
                                    "spool.outcomes.in.hand",
                                    "Outcomes of attempts that no disk has taken yet, kept in"
                                            + " memory up to 100,000"),
                            Map.entry("spool.sync", "Time that one force of the spool took"),
                            Map.entry("spool.synced.bytes", "Octets made durable"),
                            Map.entry("spool.synced.records", "Records made durable"),
                            Map.entry("spool.writable", "Whether the spool can be written, 1 or 0"),
                            Map.entry(
                                    "spool.write.probe",
                                    "Time that a small write beside the spool took"),
                            Map.entry(
                                    "tls.certificate.expiry.timestamp.seconds",
                                    "When the first certificate in use expires")));

    private MetricHelp() {}

    /**
     * The help of a metric.
     *
     * @param name as given to {@link Metrics}, without prefix and suffix
     * @throws IllegalArgumentException if the table does not have it: a metric without help is a
     *     bug
     */
    public static String of(String name) {
        String help = HELP.get(name);
        if (help == null) {
            throw new IllegalArgumentException("metric " + name + " has no help text");
        }
        return help;
    }

    /** All names and their help, in order. */
    public static Map<String, String> all() {
        return Map.copyOf(HELP);
    }
}
