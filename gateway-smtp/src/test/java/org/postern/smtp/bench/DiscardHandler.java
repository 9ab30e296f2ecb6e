package org.postern.smtp.bench;

import java.net.InetAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.ContentReceiver;
import org.postern.smtp.session.Decision;
import org.postern.smtp.session.Helo;
import org.postern.smtp.session.MailRequest;
import org.postern.smtp.session.SessionEnd;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.session.Visit;

/** Accepts everything and keeps nothing, so that the protocol alone is measured. */
public final class DiscardHandler implements SessionHandler, Visit, ContentReceiver {
    private static final SmtpReply TAKEN = SmtpReply.of(250, "2.0.0", "Discarded");

    /** 127.0.0.1 is known good, other loopback addresses stand for strangers. */
    @Override
    public Standing standing(InetAddress client) {
        return client.equals(InetAddress.getLoopbackAddress())
                ? Standing.KNOWN_GOOD
                : Standing.STRANGER;
    }

    @Override
    public Visit open(ClientConnection client) {
        return this;
    }

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
    public SmtpReply finish() {
        return TAKEN;
    }

    @Override
    public void abort(String reason) {}

    @Override
    public void write(byte[] block, int offset, int length) {}
}
