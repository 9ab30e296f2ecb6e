package org.postern.queue.surgery;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.QueueId;

/** Plans as files, so that they outlive the command that made them and a restart. */
final class PlanStore {
    private static final int VERSION = 1;
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int ID_LENGTH = 8;

    private final Path folder;
    private final SecureRandom random = new SecureRandom();

    PlanStore(Path folder) {
        this.folder = folder;
    }

    /** A new plan id: {@code P} and 40 random bits. */
    String newId() {
        StringBuilder id = new StringBuilder("P");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }

    void write(Plan plan) throws SurgeryException {
        try {
            WholeFile.write(folder.resolve(plan.id()), channel -> write(plan, channel));
        } catch (IOException e) {
            throw new SurgeryException(folder + ": the plan cannot be kept: " + e.getMessage(), e);
        }
        used(plan.id(), plan.created());
    }

    private static void write(Plan plan, FileChannel channel) throws IOException {
        // not closed: the channel is the caller's
        DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
        out.writeInt(VERSION);
        out.writeUTF(plan.action().name());
        out.writeUTF(plan.reason());
        out.writeUTF(plan.actor());
        out.writeLong(plan.created().toEpochMilli());
        out.writeUTF(plan.selection());
        out.writeLong(plan.bytes());
        out.writeInt(plan.count());
        for (QueueId id : plan.ids()) {
            out.writeLong(id.sequence());
        }
        out.flush();
    }

    Plan read(String id) throws SurgeryException {
        if (id.length() != ID_LENGTH + 1
                || !id.substring(1).chars().allMatch(c -> DIGITS.indexOf(c) >= 0)) {
            throw new SurgeryException(id + ": a plan's id is P and 8 letters or digits");
        }
        try (DataInputStream in =
                new DataInputStream(
                        new BufferedInputStream(Files.newInputStream(folder.resolve(id))))) {
            if (in.readInt() != VERSION) {
                throw new SurgeryException(id + ": this plan was made by another version");
            }
            Action action = Action.valueOf(in.readUTF());
            String reason = in.readUTF();
            String actor = in.readUTF();
            Instant created = Instant.ofEpochMilli(in.readLong());
            String selection = in.readUTF();
            long bytes = in.readLong();
            int count = in.readInt();
            List<QueueId> ids = new ArrayList<>(Math.min(count, 1 << 20));
            for (int i = 0; i < count; i++) {
                ids.add(new QueueId(in.readLong()));
            }
            return new Plan(
                    id, action, reason, actor, created, selection, ids, bytes, List.of(), Map.of());
        } catch (NoSuchFileException e) {
            throw new SurgeryException(
                    id + ": no such plan; it may have expired, make it again", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new SurgeryException(id + ": the plan cannot be read: " + e.getMessage(), e);
        }
    }

    /** Notes when a plan was made, or is applied: from then on what it did can be taken back. */
    void used(String id, Instant now) throws SurgeryException {
        try {
            Files.setLastModifiedTime(folder.resolve(id), FileTime.from(now));
        } catch (IOException e) {
            throw new SurgeryException(id + ": the plan cannot be kept: " + e.getMessage(), e);
        }
    }

    /**
     * Removes plans that were made, or applied last, longer ago than {@code age}.
     *
     * @return how many
     */
    int expire(Instant now, Duration age) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        int expired = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(age))
                        && Files.deleteIfExists(file)) {
                    expired++;
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the disk fails while the folder is read
        }
        return expired;
    }
}
