package org.postern.smtp.session;

import java.io.IOException;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.SessionEnd;

/**
 * Lets everything pass, and keeps nothing of what it takes: for playing the protocol through where
 * no mail is meant, before the doors open or to measure the protocol alone. Never for real mail:
 * its 250 promises nothing.
 *
 * <p>One instance may serve any number of sessions; it has no state of its own.
 */
public class DiscardingVisit implements Visit, ContentReceiver {
    private static final SmtpReply TAKEN = SmtpReply.of(250, "2.0.0", "Discarded");

    /** Begins. */
    public DiscardingVisit() {}

    @Override
    public Decision connect() {
        return Decision.proceed();
    }

    @Override
    public Decision helo(Helo helo) {
        return Decision.proceed();
    }

    @Override
    public Decision mail(MailRequest mail) {
        return Decision.proceed();
    }

    @Override
    public Decision recipient(Recipient recipient) {
        return Decision.proceed();
    }

    @Override
    public ContentReceiver content() {
        return this;
    }

    @Override
    public void reset() {}

    @Override
    public void close(SessionEnd end) {}

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {}

    @Override
    public SmtpReply finish() {
        return TAKEN;
    }

    @Override
    public void abort(String reason) {}
}
