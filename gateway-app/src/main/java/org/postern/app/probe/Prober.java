package org.postern.app.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.app.frontdoor.FrontDoor;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.frontdoor.SmtpTalk;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ProbeConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * Sends the messages of one round, one after another, each on a connection of its own and within
 * the probe's time-out. Used by one thread. Never throws for what it finds: that is an {@link
 * Outcome}.
 */
final class Prober {
    private static final Pattern QUEUED = Pattern.compile("queued as ([0-9A-Z]+)");
    private static final Pattern RESULT =
            Pattern.compile("(?:^|[; ])(spf|dkim|arc|dmarc|iprev)=([a-z]+)");
    private static final long POLL_MILLIS = 50;
    private static final int NONCE_OCTETS = 12;

    private final ProbeTrail trail;
    private final ProbeMark mark;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();

    Prober(ProbeTrail trail, ProbeMark mark, TimeSource time) {
        this.trail = trail;
        this.mark = mark;
        this.time = time;
    }

    /** One message's way. */
    private interface Way {
        void go(SmtpTalk talk, String nonce, Deadline deadline)
                throws IOException, ProbeException, InterruptedException;
    }

    /** Every message that the configuration asks for. */
    List<Outcome> round(PosternConfig config, ProbeConfig probe) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(
                run(
                        Leg.GOOD,
                        config,
                        probe,
                        (talk, nonce, deadline) -> good(config, probe, talk, nonce, deadline)));
        EmailAddress author = probe.forgedAuthor();
        if (author != null) {
            outcomes.add(
                    run(
                            Leg.FORGED,
                            config,
                            probe,
                            (talk, nonce, deadline) -> forged(config, probe, author, talk, nonce)));
        }
        outcomes.add(
                run(
                        Leg.UNKNOWN,
                        config,
                        probe,
                        (talk, nonce, deadline) -> unknown(probe, talk, nonce)));
        return outcomes;
    }

    private Outcome run(Leg leg, PosternConfig config, ProbeConfig probe, Way way)
            throws InterruptedException {
        long start = time.nanoTime();
        Deadline deadline = Deadline.after(time, probe.timeout());
        byte[] octets = new byte[NONCE_OCTETS];
        random.nextBytes(octets);
        String nonce = HexFormat.of().formatHex(octets);
        String helo = mark.issue();
        Step step = Step.CONNECT;
        String detail = "";
        try (SmtpTalk talk = new SmtpTalk(door(config, probe), deadline, line -> {})) {
            step = Step.GREETING;
            expect(Step.GREETING, talk.greeting(), 2);
            step = Step.HELLO;
            expect(Step.HELLO, talk.command("EHLO " + helo), 2);
            step = Step.CONTENT;
            way.go(talk, nonce, deadline);
            step = Step.DONE;
        } catch (ProbeException e) {
            step = e.step();
            detail = e.detail();
        } catch (IOException e) {
            detail = e.getMessage() == null ? e.toString() : e.getMessage();
        } finally {
            mark.retire(helo);
        }
        return new Outcome(leg, step, detail, Duration.ofNanos(time.nanoTime() - start));
    }

    private static FrontDoor door(PosternConfig config, ProbeConfig probe)
            throws IOException, ProbeException {
        InetSocketAddress outside = probe.address();
        if (outside != null) {
            return FrontDoor.elsewhere(
                    new InetSocketAddress(
                            InetAddress.getByName(outside.getHostString()), outside.getPort()));
        }
        return FrontDoor.of(config)
                .orElseThrow(() ->
                        new ProbeException(
                                Step.CONNECT,
                                "every listener begins with TLS; name probe.address"));
    }

    private static SmtpTalk.Reply expect(Step step, SmtpTalk.Reply reply, int replyClass)
            throws ProbeException {
        if (!reply.isOf(replyClass)) {
            throw new ProbeException(step, "the reply was " + reply.last());
        }
        return reply;
    }

    private void good(
            PosternConfig config, ProbeConfig probe, SmtpTalk talk, String nonce, Deadline deadline)
            throws IOException, ProbeException, InterruptedException {
        EmailAddress sender = probe.sender();
        String author = sender == null ? "probe@postern.invalid" : sender.toString();
        expect(Step.SENDER, talk.command("MAIL FROM:<" + (sender == null ? "" : sender) + ">"), 2);
        expect(Step.RECIPIENT, talk.command("RCPT TO:<" + probe.recipient() + ">"), 2);
        expect(Step.CONTENT, talk.command("DATA"), 3);
        String content =
                ProbeMessage.of(
                        nonce,
                        author,
                        probe.recipient(),
                        config.hostname().ascii(),
                        time.instant());
        SmtpTalk.Reply taken = expect(Step.CONTENT, talk.content(content), 2);
        talk.command("QUIT");
        Matcher id = QUEUED.matcher(taken.last());
        if (!id.find()) {
            throw new ProbeException(
                    Step.CONTENT, "the reply names no queue id of ours: " + taken.last());
        }
        ProbeConfig.Mailbox mailbox = probe.mailbox();
        if (mailbox == null) {
            verdict(probe, delivered(id.group(1), deadline));
        } else {
            Optional<String> results = Mailbox.await(mailbox, nonce, deadline);
            verdict(
                    probe,
                    results.orElseThrow(() ->
                            new ProbeException(
                                    Step.VERDICT, "it arrived without Authentication-Results")));
        }
    }

    /** Waits until every recipient has it; gives what the checks said. */
    private String delivered(String id, Deadline deadline)
            throws ProbeException, InterruptedException {
        QueueId queueId;
        try {
            queueId = QueueId.parse(id);
        } catch (IllegalArgumentException e) {
            throw new ProbeException(Step.CONTENT, id + " is no queue id of ours", e);
        }
        try (ProbeTrail.Following message = trail.follow(queueId)) {
            return delivered(id, message, deadline);
        }
    }

    private static String delivered(String id, ProbeTrail.Following message, Deadline deadline)
            throws ProbeException, InterruptedException {
        while (true) {
            ProbeTrail.Trail now = message.now();
            ProbeTrail.Place place = now == null ? ProbeTrail.Place.UNDER_WAY : now.place();
            String results = now == null ? null : now.results();
            String last = now == null ? "" : now.last();
            if (place == ProbeTrail.Place.STOPPED) {
                throw new ProbeException(Step.DELIVERY, id + " will not arrive: " + last);
            }
            if (place == ProbeTrail.Place.DELIVERED && results != null) {
                return results;
            }
            if (deadline.hasPassed()) {
                throw new ProbeException(
                        Step.DELIVERY,
                        now == null
                                ? "another gateway took it as " + id + "; name probe.imap"
                                : "in the queue as " + id + ": " + last);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** The results that were expected, and none that says that nobody could know. */
    static void verdict(ProbeConfig probe, String results) throws ProbeException {
        List<ProbeConfig.Expectation> found = new ArrayList<>();
        Matcher m = RESULT.matcher(results);
        while (m.find()) {
            found.add(new ProbeConfig.Expectation(m.group(1), m.group(2)));
        }
        for (ProbeConfig.Expectation expected : probe.expect()) {
            if (!found.contains(expected)) {
                throw new ProbeException(
                        Step.VERDICT, "expected " + expected + ", the results are: " + results);
            }
        }
        for (ProbeConfig.Expectation one : found) {
            if (one.result().equals("temperror")) {
                throw new ProbeException(
                        Step.VERDICT, one + ": the checks could not be made: " + results);
            }
        }
    }

    private void forged(
            PosternConfig config,
            ProbeConfig probe,
            EmailAddress author,
            SmtpTalk talk,
            String nonce)
            throws IOException, ProbeException {
        expect(Step.SENDER, talk.command("MAIL FROM:<>"), 2);
        expect(Step.RECIPIENT, talk.command("RCPT TO:<" + probe.recipient() + ">"), 2);
        expect(Step.CONTENT, talk.command("DATA"), 3);
        SmtpTalk.Reply reply =
                talk.content(
                        ProbeMessage.of(
                                nonce,
                                author.toString(),
                                probe.recipient(),
                                config.hostname().ascii(),
                                time.instant()));
        talk.command("QUIT");
        if (reply.isOf(2)) {
            throw new ProbeException(
                    Step.VERDICT, "a forged message was accepted: " + reply.last());
        }
        if (!reply.isOf(5)) {
            throw new ProbeException(
                    Step.VERDICT, "a forged message was not refused for good: " + reply.last());
        }
    }

    private void unknown(ProbeConfig probe, SmtpTalk talk, String nonce)
            throws IOException, ProbeException {
        expect(Step.SENDER, talk.command("MAIL FROM:<>"), 2);
        String nobody = "postern-probe-" + nonce + "@" + probe.recipient().host();
        SmtpTalk.Reply reply = talk.command("RCPT TO:<" + nobody + ">");
        talk.command("QUIT");
        if (reply.code() != 550) {
            throw new ProbeException(
                    Step.RECIPIENT,
                    "an address that nobody has was not refused with 550: " + reply.last());
        }
    }
}
