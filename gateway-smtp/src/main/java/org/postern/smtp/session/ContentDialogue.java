package org.postern.smtp.session;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;

/** DATA and BDAT within a session: may content come now, and what is said to it. */
final class ContentDialogue {
    private final SessionIo io;
    private final StopSwitch stop;
    private final Limits limits;
    private final TimeSource time;
    private final Visit visit;
    private final Answers answers;
    private final Transaction transaction;

    ContentDialogue(
            SessionIo io,
            StopSwitch stop,
            Limits limits,
            TimeSource time,
            Visit visit,
            Answers answers,
            Transaction transaction) {
        this.io = io;
        this.stop = stop;
        this.limits = limits;
        this.time = time;
        this.visit = visit;
        this.answers = answers;
        this.transaction = transaction;
    }

    /** DATA (RFC 5321, 4.1.1.4). */
    @Nullable SessionEnd data() throws IOException {
        if (transaction.mail() == null) {
            return answers.error("DATA", Replies.MAIL_FIRST);
        }
        if (transaction.chunks() != null) {
            return answers.error("DATA", Replies.IN_CHUNKS); // RFC 3030, 2
        }
        if (transaction.recipients() == 0) {
            return answers.error("DATA", Replies.NO_RECIPIENTS);
        }
        ContentIntake intake = newIntake(true);
        io.reply("DATA", Replies.SEND_CONTENT);
        return contentOutcome(intake, intake::data);
    }

    private ContentIntake newIntake(boolean dots) {
        return new ContentIntake(io, stop, limits, time, visit.content(), dots);
    }

    /** BDAT and the octets behind it (RFC 3030, 2). */
    @Nullable SessionEnd bdat(Command.Bdat bdat) throws IOException {
        SmtpReply sequence =
                transaction.mail() == null
                        ? Replies.MAIL_FIRST
                        : transaction.recipients() == 0 ? Replies.NO_RECIPIENTS : null;
        if (sequence != null) {
            return drainChunk(bdat, sequence);
        }
        if (limits.messageBytes() > 0
                && bdat.size() > limits.messageBytes() + ContentIntake.DRAIN_OCTETS) {
            transaction.forget("message-bytes");
            answers.hit(NamedLimit.MESSAGE_BYTES);
            io.reply("BDAT", Replies.TOO_LARGE); // not worth draining
            return SessionEnd.LIMIT;
        }
        ContentIntake intake = transaction.chunks();
        if (intake == null) {
            intake = newIntake(false);
            transaction.chunks(intake);
        }
        ContentIntake current = intake;
        return contentOutcome(current, () -> current.chunk(bdat.size(), bdat.last()), bdat.size());
    }

    /** A chunk that nobody wants: its octets are content all the same (RFC 3030, 2). */
    private @Nullable SessionEnd drainChunk(Command.Bdat bdat, SmtpReply reply) throws IOException {
        if (bdat.size() > ContentIntake.DRAIN_OCTETS) {
            io.reply("BDAT", reply);
            return SessionEnd.LIMIT;
        }
        long start = time.nanoTime();
        long left = bdat.size();
        InputBuffer input = io.input();
        while (left > 0) {
            if (input.available() == 0 && !io.fillForContent(start)) {
                return SessionEnd.DISCONNECTED;
            }
            int part = (int) Math.min(left, input.available());
            input.skip(part);
            left -= part;
        }
        return answers.error("BDAT", reply);
    }

    /** Something that reads content. */
    @FunctionalInterface
    private interface Reading {
        ContentIntake.Outcome read() throws IOException;
    }

    private @Nullable SessionEnd contentOutcome(ContentIntake intake, Reading reading)
            throws IOException {
        return contentOutcome(intake, reading, 0);
    }

    private @Nullable SessionEnd contentOutcome(
            ContentIntake intake, Reading reading, long chunkSize) throws IOException {
        ContentIntake.Outcome outcome;
        try {
            outcome = reading.read();
        } catch (LimitTimeoutException e) {
            contentEnded(intake, e.limit().label());
            throw e;
        } catch (IOException | RuntimeException e) {
            contentEnded(intake, "disconnected");
            throw e;
        }
        return switch (outcome) {
            case ContentIntake.Outcome.More ignored ->
                    answers.say("BDAT", Replies.chunk(chunkSize));
            case ContentIntake.Outcome.Gone ignored -> {
                contentEnded(intake, "disconnected");
                yield SessionEnd.DISCONNECTED;
            }
            case ContentIntake.Outcome.HangUp hangUp -> {
                contentEnded(intake, "drain");
                io.reply("CONTENT", hangUp.reply());
                yield SessionEnd.LIMIT;
            }
            case ContentIntake.Outcome.Answered answered -> {
                contentEnded(intake, "answered");
                SessionEnd end = answers.error("CONTENT", answered.reply());
                if (end == null && intake.endIsDoubtful(io.input().available() > 0)) {
                    end = answers.exceeded(NamedLimit.BARE_NEWLINE, Replies.DOUBTFUL_END);
                }
                if (stop.asked()) {
                    io.flush(); // while closing is still held off
                }
                stop.endFinishing();
                yield end;
            }
        };
    }

    private void contentEnded(ContentIntake intake, String reason) {
        ContentFault fault = intake.fault();
        if (fault != null) {
            NamedLimit named = fault.limit();
            if (named != null) {
                answers.hit(named);
            }
        }
        intake.abort(reason);
        transaction.contentOver();
    }
}
