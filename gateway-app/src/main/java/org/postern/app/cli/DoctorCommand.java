package org.postern.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.doctor.DaemonView;
import org.postern.app.doctor.Doctor;
import org.postern.app.doctor.Finding;
import org.postern.app.doctor.Level;
import org.postern.app.doctor.Scene;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.dns.DnsName;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.Whereabouts;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern doctor}: what the surroundings look like, whether or not the gateway runs. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Look at the real surroundings: DNS, TLS, downstreams, clock, disk, limits.",
        footer = {
            "",
            "Exit code 0 without a failure (warnings and what was not checked do not count),",
            "1 with one. What was not checked is neither well nor ill, and says why."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final List<String> WELL_KNOWN = List.of("zen.spamhaus.org", "bl.spamcop.net");
    private static final int LEVEL_WIDTH = 11;
    private static final int CHECK_WIDTH = 10;
    private static final int LONGEST = 600;
    private static final Duration DAEMON_PATIENCE = Duration.ofSeconds(5);

    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "time for the whole examination (default: ${DEFAULT-VALUE})")
    private int timeout = 30;

    @Option(
            names = "--only",
            paramLabel = "CHECK",
            split = ",",
            description =
                    "only these: daemon, config, resolver, mx, ptr, tls, downstream, relay,"
                            + " recipients, dnsbl, scanners, clock, disk, limits, evidence")
    private List<String> only = List.of();

    @Option(
            names = "--dnsbl",
            paramLabel = "ZONE",
            split = ",",
            description =
                    "block lists of addresses to ask (default: those under dnsbl.lists; without"
                            + " any, zen.spamhaus.org and bl.spamcop.net)")
    private List<String> blockLists = List.of();

    @Option(
            names = "--ntp",
            paramLabel = "SERVER",
            description = "an NTP server to compare the clock with")
    private @Nullable String timeServer;

    @Override
    public Integer call() throws InterruptedException {
        Doctor doctor = Doctor.withAllChecks();
        Path file = config.file();
        validate(doctor);
        if (!only.isEmpty()) {
            doctor = doctor.only(only);
        }
        PosternConfig settings = config.settings();
        TimeSource time = TimeSource.system();
        Deadline deadline = Deadline.after(time, Duration.ofSeconds(timeout));
        List<Finding> findings;
        try (CachingDnsClient dns = CachingDnsClient.of(settings.dns(), time, DnsListener.NONE)) {
            findings =
                    doctor.examine(
                            new Scene(
                                    settings,
                                    file.toString(),
                                    dns,
                                    daemon(settings),
                                    time,
                                    deadline,
                                    new Scene.Options(
                                            lists(settings), Optional.ofNullable(timeServer))));
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "no resolver to ask: " + e.getMessage() + "; name one under dns.servers");
        }
        print(findings);
        return findings.stream().anyMatch(f -> f.level() == Level.FAILURE)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }

    private void validate(Doctor doctor) {
        for (String name : only) {
            if (!doctor.names().contains(name)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "no check is called "
                                + Human.printable(name)
                                + "; there are "
                                + String.join(", ", doctor.names()));
            }
        }
        for (String zone : blockLists) {
            if (DnsName.parse("2.0.0.127." + zone).isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, Human.printable(zone) + " is no DNS zone");
            }
        }
        if (timeout < 1 || timeout > LONGEST) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--timeout is from 1 to " + LONGEST + " seconds");
        }
    }

    /**
     * The lists to ask: those given, those configured that have test entries, or two well known.
     */
    private List<String> lists(PosternConfig settings) {
        if (!blockLists.isEmpty()) {
            return blockLists;
        }
        List<String> configured =
                settings.dnsbl().lists().stream()
                        .filter(l -> l.selfTest() && !l.listsNames())
                        .map(l -> l.zone().ascii())
                        .toList();
        return configured.isEmpty() ? WELL_KNOWN : configured;
    }

    /** What the running gateway says, within seconds: one that hangs counts as absent. */
    private static DaemonView daemon(PosternConfig settings) throws InterruptedException {
        CompletableFuture<DaemonView> asked = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> asked.complete(ask(settings)));
        try {
            return asked.get(DAEMON_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return DaemonView.absent(
                    "no answer within " + DAEMON_PATIENCE.toSeconds() + " s; it may hang");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DaemonView ask(PosternConfig settings) {
        try {
            Daemon.Answer answer = Daemon.open(Whereabouts.of(settings)).ask("GET", "/metrics");
            return answer.status() == 200
                    ? DaemonView.ofScrape(answer.text())
                    : DaemonView.absent("it answers " + answer.status() + " to /metrics");
        } catch (CommandFailure e) {
            return DaemonView.absent(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return DaemonView.absent(e.toString());
        }
    }

    private void print(List<Finding> findings) {
        for (Finding finding : findings) {
            if (json.wanted) {
                Console.out().println(json(finding));
            } else {
                text(finding);
            }
        }
        if (!json.wanted) {
            Console.out().println(summary(findings));
        }
    }

    private static void text(Finding finding) {
        String level =
                switch (finding.level()) {
                    case OK -> "ok";
                    case NOT_CHECKED -> "not checked";
                    case WARNING -> "WARNING";
                    case FAILURE -> "FAILURE";
                };
        String indent = " ".repeat(LEVEL_WIDTH + CHECK_WIDTH + 2);
        Console.out()
                .println(
                        Human.cell(level, LEVEL_WIDTH)
                                + " "
                                + Human.cell(finding.check(), CHECK_WIDTH)
                                + " "
                                + Human.printable(finding.what()));
        if (!finding.why().isEmpty()) {
            Console.out().println(indent + "why:  " + Human.printable(finding.why()));
        }
        if (!finding.type().isEmpty()) {
            Console.out().println(indent + "type: " + Human.printable(finding.type()));
        }
    }

    private static String json(Finding finding) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("check", finding.check());
        out.put("level", finding.level().word());
        out.put("what", finding.what());
        out.put("why", finding.why());
        out.put("type", finding.type());
        return Json.MAPPER.writeValueAsString(out);
    }

    private static String summary(List<Finding> findings) {
        return java.util.Arrays.stream(Level.values())
                .map(level ->
                        findings.stream().filter(f -> f.level() == level).count()
                                + " "
                                + level.word().replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
