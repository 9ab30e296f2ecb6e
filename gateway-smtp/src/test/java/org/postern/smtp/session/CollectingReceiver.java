package org.postern.smtp.session;

import java.io.ByteArrayOutputStream;
import org.postern.core.reply.SmtpReply;

/** Keeps what it gets. */
final class CollectingReceiver implements ContentReceiver {
    final ByteArrayOutputStream content = new ByteArrayOutputStream();
    int finished;
    int aborted;

    @Override
    public void write(byte[] block, int offset, int length) {
        content.write(block, offset, length);
    }

    @Override
    public SmtpReply finish() {
        finished++;
        return SmtpReply.of(250, "2.0.0", "Taken");
    }

    @Override
    public void abort(String reason) {
        aborted++;
    }
}
