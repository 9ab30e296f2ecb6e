package org.postern.queue.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.mail.Recipient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers into one local Maildir: written to {@code tmp}, forced, renamed to {@code new}, the
 * directory forced. One message is one file, whatever the number of its recipients: the Maildir is
 * one mailbox, and a message for a thousand recipients must not be written a thousand times.
 *
 * <p>Here we are the final store, so Return-Path (RFC 5321, 4.4) and a Delivered-To for each
 * recipient are added, and line ends are LF, as programs on this machine expect in a Maildir.
 *
 * <p>How it fails: whatever the disk says, all recipients are deferred, as a full or read-only disk
 * says nothing about the message. Where only the last force of the directory fails the file may
 * stay, and the outcome says {@code maybeDelivered}.
 */
final class MaildirDownstream implements Downstream {
    private static final Logger LOG = LoggerFactory.getLogger(MaildirDownstream.class);
    private static final int BLOCK = 64 * 1024;

    private final String name;
    private final Path directory;
    private final DeliveryEnvironment environment;
    private final Semaphore permits;
    private final Tally tally;
    private final Maildir maildir;
    private volatile boolean closed;

    MaildirDownstream(DownstreamConfig config, Path directory, DeliveryEnvironment environment) {
        this.name = config.name();
        this.directory = directory;
        this.environment = environment;
        this.permits = new Semaphore(config.connections());
        this.tally = new Tally(environment.time());
        this.maildir = new Maildir(directory, environment.hostname(), environment.time());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeliveryReport deliver(DeliveryRequest request) throws InterruptedException {
        long start = environment.time().nanoTime();
        permits.acquire();
        tally.begin();
        try {
            RecipientOutcome outcome;
            Step trouble = null;
            try {
                outcome = attempt(request);
                tally.succeeded();
            } catch (RelayException e) {
                LOG.debug("{}: {}", request.id(), e.getMessage(), e);
                trouble = e.step();
                outcome = e.outcome();
                tally.troubled(outcome.reply().toString());
            }
            return new DeliveryReport(
                    Outcomes.forAll(request.envelope().recipients(), outcome),
                    directory.toString(),
                    trouble,
                    null,
                    false,
                    Duration.ofNanos(environment.time().nanoTime() - start));
        } finally {
            request.point().resolved();
            tally.end();
            permits.release();
        }
    }

    private RecipientOutcome attempt(DeliveryRequest request)
            throws RelayException, InterruptedException {
        if (closed) {
            throw new RelayException(
                    Step.STORE, Outcomes.deferred("4.3.2", name + " is shutting down"));
        }
        String file = "";
        try (Maildir.Entry entry = maildir.begin()) {
            file = entry.name();
            write(request, entry.channel());
            if (!request.point().pass()) {
                throw new InterruptedException("broken off before " + file + " was complete");
            }
            entry.publish();
        } catch (ContentException e) {
            throw new RelayException(
                    Step.LOCAL,
                    Outcomes.deferred(
                            "4.3.0",
                            "the message cannot be read from the spool: "
                                    + ContentException.words(e)),
                    e);
        } catch (Maildir.UnsureException e) {
            LOG.warn(
                    "{}: {} was renamed into {} but the directory could not be forced; the next"
                            + " attempt may make a duplicate",
                    request.id(),
                    file,
                    directory,
                    e);
            throw new RelayException(
                    Step.STORE,
                    new RecipientOutcome.Deferred(
                            Outcomes.reply(451, "4.3.0", ContentException.words(e)), false, true),
                    e);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted: " + file);
            interrupted.initCause(e);
            throw interrupted;
        } catch (IOException e) {
            LOG.warn("{}: cannot deliver to Maildir {}", request.id(), directory, e);
            throw new RelayException(
                    Step.STORE,
                    new RecipientOutcome.Deferred(
                            Outcomes.reply(
                                    452,
                                    "4.3.1",
                                    "cannot write to Maildir "
                                            + directory
                                            + ": "
                                            + ContentException.words(e)),
                            false,
                            false),
                    e);
        }
        return new RecipientOutcome.Delivered(
                Outcomes.reply(250, "2.0.0", "delivered to Maildir as " + file), false);
    }

    private static void write(DeliveryRequest request, FileChannel out)
            throws IOException, ContentException {
        writeAll(out, ByteBuffer.wrap(storeHeaders(request)));
        byte[] block = new byte[BLOCK];
        LineEnds lineEnds = new LineEnds();
        long read = 0;
        try (InputStream in = openContent(request)) {
            for (int n = readBlock(in, block); n >= 0; n = readBlock(in, block)) {
                read += n;
                int kept = lineEnds.toLf(block, n);
                writeAll(out, ByteBuffer.wrap(lineEnds.block(), 0, kept));
            }
        }
        int rest = lineEnds.finish();
        writeAll(out, ByteBuffer.wrap(lineEnds.block(), 0, rest));
        if (read != request.content().size()) {
            throw new ContentException(
                    read + " octets instead of " + request.content().size(), null);
        }
    }

    private static InputStream openContent(DeliveryRequest request) throws ContentException {
        try {
            return request.content().open();
        } catch (IOException e) {
            throw new ContentException(ContentException.words(e), e);
        }
    }

    private static int readBlock(InputStream in, byte[] block) throws ContentException {
        try {
            return in.read(block);
        } catch (IOException e) {
            throw new ContentException(ContentException.words(e), e);
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static byte[] storeHeaders(DeliveryRequest request) {
        StringBuilder out = new StringBuilder(128);
        // RFC 5321, 4.4: the delivery SMTP inserts the return-path at the beginning
        out.append("Return-Path: <").append(request.envelope().reversePath()).append(">\n");
        for (Recipient r : request.envelope().recipients()) {
            out.append("Delivered-To: ").append(r.address()).append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isFinalStore() {
        return true;
    }

    @Override
    public DownstreamStatus status() {
        return tally.status(name, 0);
    }

    @Override
    public void close() {
        closed = true;
    }
}
