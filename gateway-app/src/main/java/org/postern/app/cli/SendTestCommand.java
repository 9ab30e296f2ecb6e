package org.postern.app.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.app.admin.StatusView;
import org.postern.app.frontdoor.FrontDoor;
import org.postern.app.frontdoor.SmtpTalk;
import org.postern.app.text.Json;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.Whereabouts;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code postern send-test ADDRESS}: one message through the front door, followed to the
 * downstream. Its sender is of the domain {@code invalid} (RFC 6761, 6.4), which no resolver is
 * ever asked for, so that the test says something about the gateway and nothing about DNS.
 */
@Command(
        name = "send-test",
        mixinStandardHelpOptions = true,
        description = "Send one message through the listener and follow it to the downstream.")
final class SendTestCommand implements Callable<Integer> {
    private static final Pattern QUEUED = Pattern.compile("queued as ([0-9A-Z]+)");
    private static final Duration TALK = Duration.ofMinutes(5);
    private static final long POLL_MILLIS = 200;
    // RFC 5322, 3.3: a numeric zone
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ROOT);

    private static final String UNDER_WAY = "under_way";

    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    private int steps;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "how long to follow the message (default: ${DEFAULT-VALUE})")
    private int waitSeconds = 60;

    @Parameters(paramLabel = "ADDRESS", description = "a recipient of a hosted domain")
    private String address = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        EmailAddress to;
        try {
            to = EmailAddress.parse(address);
        } catch (InvalidAddressException e) {
            throw new CommandFailure(ExitCode.USAGE, address + ": " + e.getMessage());
        }
        PosternConfig settings = config.settings();
        FrontDoor listener = listener(settings);
        step("listener " + StatusView.address(listener.address()), UNDER_WAY);
        String id = send(settings, listener, to);
        step("accepted and durable in the spool as " + id, UNDER_WAY);
        return follow(Daemon.of(Whereabouts.of(settings)), id, settings.journal().enabled());
    }

    /** The next step, for people with its number. */
    private void step(String text, String progress) {
        steps++;
        if (json.wanted) {
            print(object("text", text).put("progress", progress));
        } else {
            Console.line(steps + ". " + text);
        }
    }

    /** A line of the conversation, {@code "> …"} ours and {@code "< …"} theirs. */
    private void said(String line) {
        if (json.wanted) {
            print(object("smtp", line));
        } else {
            Console.line("  " + line);
        }
    }

    private ObjectNode object(String key, String value) {
        return Json.MAPPER.createObjectNode().put("step", steps).put(key, value);
    }

    private static void print(ObjectNode object) {
        Console.line(Json.MAPPER.writeValueAsString(object));
    }

    private static FrontDoor listener(PosternConfig settings) {
        return FrontDoor.of(settings)
                .orElseThrow(() ->
                        new CommandFailure(
                                ExitCode.FAILED, "no listener without implicit TLS is configured"));
    }

    private String send(PosternConfig settings, FrontDoor listener, EmailAddress to)
            throws IOException {
        Deadline deadline = Deadline.after(TimeSource.system(), TALK);
        try (SmtpTalk smtp = new SmtpTalk(listener, deadline, this::said)) {
            expect(smtp.greeting(), 2);
            expect(smtp.command("EHLO send-test.invalid"), 2);
            expect(smtp.command("MAIL FROM:<>"), 2);
            expect(smtp.command("RCPT TO:<" + to + ">"), 2);
            expect(smtp.command("DATA"), 3);
            Matcher id = QUEUED.matcher(expect(smtp.content(message(settings, to)), 2));
            if (!id.find()) {
                throw new CommandFailure(ExitCode.FAILED, "the reply names no queue id");
            }
            expect(smtp.command("QUIT"), 2);
            return id.group(1);
        } catch (ConnectException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "nobody listens there: " + e.getMessage() + "; start the gateway: postern run");
        }
    }

    private static String expect(SmtpTalk.Reply reply, int replyClass) {
        if (!reply.isOf(replyClass)) {
            throw new CommandFailure(ExitCode.FAILED, "not accepted: " + reply.last());
        }
        return reply.last();
    }

    private static String message(PosternConfig settings, EmailAddress to) {
        ZonedDateTime now = ZonedDateTime.ofInstant(TimeSource.system().instant(), ZoneOffset.UTC);
        return """
        From: Postern test <send-test@postern.invalid>
        To: <%s>
        Subject: Postern test message
        Date: %s
        Message-ID: <%s@postern.invalid>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: text/plain; charset=us-ascii

        This message was sent by "postern send-test" through %s.
        """
                .formatted(to, DATE.format(now), UUID.randomUUID(), settings.hostname())
                .replace("\n", "\r\n");
    }

    /**
     * Shows each step that the journal tells, until one is the last; where it tells none, waits for
     * the message to leave the queue, which that of a null sender does only as delivered.
     */
    private int follow(Daemon daemon, String id, boolean journal)
            throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(TimeSource.system(), Duration.ofSeconds(waitSeconds));
        int shown = 0;
        while (true) {
            Daemon.Answer answer = daemon.ask("GET", "/api/v1/messages/" + id);
            if (answer.status() != 200) {
                throw new CommandFailure(ExitCode.FAILED, answer.text().strip());
            }
            JsonNode story = Json.MAPPER.readTree(answer.text());
            JsonNode steps = story.path("steps");
            for (; shown < steps.size(); shown++) {
                JsonNode step = steps.get(shown);
                String progress = step.path("progress").asString();
                step(step.path("text").asString(), progress);
                if (!progress.equals(UNDER_WAY)) {
                    return progress.equals("delivered") ? ExitCode.OK : ExitCode.FAILED;
                }
            }
            if ((!journal || deadline.hasPassed()) && hasLeftTheQueue(daemon, id)) {
                step(
                        "it has left the queue: every recipient has it. The journal "
                                + (journal ? "has not told how: postern status" : "is off"),
                        "delivered");
                return ExitCode.OK;
            }
            if (deadline.hasPassed()) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "not delivered within "
                                + waitSeconds
                                + " s; it stays in the queue: postern queue show "
                                + id);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static boolean hasLeftTheQueue(Daemon daemon, String id) throws IOException {
        Daemon.Answer entry = daemon.ask("GET", "/api/v1/queue/" + id);
        entry.body().close();
        return entry.status() == 404;
    }
}
