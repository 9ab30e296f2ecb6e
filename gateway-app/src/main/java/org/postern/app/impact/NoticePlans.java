package org.postern.app.impact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Notices to those whom something hit. A plan is a file that names each recipient; applying it puts
 * one message for each into the spool and notes its queue id ({@link SentNotices}) before the next,
 * so that an interrupted apply goes on where it was; undo drops those that are not delivered yet.
 * Calls run one at a time.
 */
public final class NoticePlans {
    /** Notices of one plan at most. */
    static final int MAX_RECIPIENTS = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(NoticePlans.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final String SENT = ".sent";
    private static final int ID_LENGTH = 8;
    private static final Pattern PLAN = Pattern.compile("N[" + DIGITS + "]{" + ID_LENGTH + "}");
    private static final Duration GRACE = Duration.ofDays(7);

    private final Path folder;
    private final Spool spool;
    private final Supplier<Snapshot> live;
    private final TimeSource time;
    private final Disk disk = Disk.real();
    private final SecureRandom random = new SecureRandom();

    /**
     * @param folder where plans are kept, made when needed
     * @param spool where notices go
     * @param live the configuration in force
     */
    public NoticePlans(Path folder, Spool spool, Supplier<Snapshot> live, TimeSource time) {
        this.folder = folder;
        this.spool = spool;
        this.live = live;
        this.time = time;
    }

    /**
     * A plan.
     *
     * @param id to be given to apply and undo
     * @param count how many notices
     * @param left addresses left out: they are no recipients of ours, so nobody would read it
     * @param sample the first notice, as it would be
     */
    public record Plan(String id, int count, int left, String sample) {}

    /**
     * What was done.
     *
     * @param ids the notices that were put into the spool, or dropped from it
     * @param left notices that were done before, or are gone
     * @param brokenOff why the rest is not done; empty where all is
     */
    public record Outcome(List<QueueId> ids, int left, String brokenOff) {
        public Outcome {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Says what would be sent and keeps that for {@link #apply}.
     *
     * @param request {@code template}, and {@code recipients} with address, count, first and last
     */
    public synchronized Plan plan(JsonNode request, String actor, String selection)
            throws NoticeException, IOException {
        NoticeTemplate template = NoticeTemplate.parse(request.path("template").asString(""));
        ObjectNode plan = JSON.createObjectNode();
        plan.put("created", time.instant().toString()).put("actor", actor);
        plan.put("selection", selection);
        plan.put("template", request.path("template").asString(""));
        ArrayNode who = plan.putArray("recipients");
        int left = 0;
        String sample = "";
        for (JsonNode one : request.path("recipients")) {
            if (!isOurs(one.path("address").asString(""))) {
                left++;
                continue;
            }
            if (who.isEmpty()) {
                sample = template.sample(gaps(one), time.instant());
            }
            who.add(one);
        }
        if (who.isEmpty()) {
            throw new NoticeException(
                    "nobody would be told: none of " + left + " is a recipient of ours");
        }
        if (who.size() > MAX_RECIPIENTS) {
            throw new NoticeException(
                    "more than " + MAX_RECIPIENTS + " recipients; narrow the selection");
        }
        String id = newId();
        write(id, plan);
        return new Plan(id, who.size(), left, sample);
    }

    private boolean isOurs(String address) {
        try {
            return live.get().recipients().lookup(EmailAddress.ofKey(address))
                    instanceof RecipientLookup.Known;
        } catch (InvalidAddressException e) {
            return false;
        }
    }

    private NoticeTemplate.Gaps gaps(JsonNode one) throws NoticeException {
        try {
            return new NoticeTemplate.Gaps(
                    EmailAddress.ofKey(one.path("address").asString("")),
                    one.path("count").asLong(0),
                    Instant.ofEpochMilli(one.path("first").asLong(0)),
                    Instant.ofEpochMilli(one.path("last").asLong(0)),
                    live.get().config().hostname().ascii());
        } catch (InvalidAddressException e) {
            throw new NoticeException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Puts the plan's notices into the spool; those that lie there already are left alone. What was
     * stored before it broke off is in the outcome.
     */
    public synchronized Outcome apply(String id) throws NoticeException, IOException {
        ObjectNode plan = read(id);
        if (plan.path("undone").asBoolean(false)) {
            throw new NoticeException(id + ": this plan was undone; make another");
        }
        NoticeTemplate template = NoticeTemplate.parse(plan.path("template").asString(""));
        List<QueueId> ids = new ArrayList<>();
        int before = 0;
        JsonNode who = plan.path("recipients");
        try (SentNotices sent = SentNotices.open(disk, folder, id + SENT)) {
            before = sent.before().size();
            for (int i = before; i < who.size(); i++) {
                QueueId stored = store(template, gaps(who.get(i)));
                ids.add(stored);
                sent.add(stored);
            }
        } catch (IOException | NoticeException e) {
            if (ids.isEmpty()) {
                throw e;
            }
            LOG.warn("{}: broke off after {} notices", id, before + ids.size(), e);
            return new Outcome(ids, before, String.valueOf(e.getMessage()));
        }
        return new Outcome(ids, before, "");
    }

    private QueueId store(NoticeTemplate template, NoticeTemplate.Gaps gaps) throws IOException {
        EmailAddress to = gaps.recipient();
        byte[] octets = template.render(gaps, time.instant());
        Envelope envelope =
                new Envelope(
                        ReversePath.Null.INSTANCE,
                        List.of(new Recipient(to, Set.of(DsnNotify.NEVER), null)),
                        BodyType.SEVEN_BIT,
                        !to.isAscii(),
                        false,
                        null,
                        null);
        try (SpoolWriter writer = spool.begin()) {
            writer.write(octets, 0, octets.length);
            return writer.commit(
                            new MessageMeta(
                                    envelope,
                                    time.instant(),
                                    "127.0.0.1",
                                    gaps.hostname(),
                                    new byte[0],
                                    List.of(),
                                    Map.of(
                                            SenderAuthentication.NOTE,
                                            SenderAuthentication.LOCAL.word(),
                                            "reason",
                                            "impact.notice")))
                    .id();
        }
    }

    /** Moves to the trash what has not been delivered yet. */
    public synchronized Outcome undo(String id, String actor) throws NoticeException, IOException {
        ObjectNode plan = read(id);
        List<QueueId> there = new ArrayList<>();
        List<QueueId> sent = SentNotices.read(disk, folder, id + SENT);
        for (QueueId notice : sent) {
            if (isThere(notice)) {
                there.add(notice);
            }
        }
        List<QueueId> dropped =
                List.copyOf(spool.change(there, new Change.Drop(actor, id + ": undone", GRACE)));
        plan.put("undone", true);
        write(id, plan);
        return new Outcome(dropped, sent.size() - dropped.size(), "");
    }

    /**
     * Forgets plans that were made, or undone, so long ago that nothing of them can be in the
     * trash: they hold the addresses of those they were for.
     *
     * @return how many
     */
    public synchronized int tidy() throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        Instant end = time.instant().minus(GRACE.plus(GRACE));
        int expired = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path plan : files.filter(NoticePlans::isPlan).toList()) {
                Path sent = folder.resolve(plan.getFileName() + SENT);
                if (isOlder(plan, end) && (!Files.exists(sent) || isOlder(sent, end))) {
                    Files.deleteIfExists(sent);
                    Files.deleteIfExists(plan);
                    expired++;
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the disk fails while the folder is read
        }
        return expired;
    }

    private static boolean isPlan(Path file) {
        return PLAN.matcher(String.valueOf(file.getFileName())).matches();
    }

    private static boolean isOlder(Path file, Instant than) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().isBefore(than);
    }

    private boolean isThere(QueueId id) throws SpoolException {
        return spool.find(id).isPresent();
    }

    private String newId() {
        StringBuilder id = new StringBuilder("N");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }

    private ObjectNode read(String id) throws NoticeException, IOException {
        if (!PLAN.matcher(id).matches()) {
            throw new NoticeException(id + ": a plan of notices is N and 8 letters or digits");
        }
        try {
            return (ObjectNode) JSON.readTree(Files.readAllBytes(folder.resolve(id)));
        } catch (NoSuchFileException e) {
            throw new NoticeException(id + ": no such plan; it may have expired, make it again", e);
        }
    }

    private void write(String id, ObjectNode plan) throws IOException {
        WholeFile.write(folder.resolve(id), JSON.writeValueAsBytes(plan));
    }
}
