package org.postern.smtp.session;

import org.postern.core.mail.ByteSink;
import org.postern.core.reply.SmtpReply;

/**
 * Takes one message's content, block by block: CRLF line ends, dots unstuffed. Used by the
 * session's thread alone.
 *
 * <p>An {@link java.io.IOException} from {@code write} is answered 452 4.3.1 at the end of the
 * content, which is read and dropped meanwhile; {@link #abort} follows.
 */
public interface ContentReceiver extends ByteSink {
    /**
     * The content is complete.
     *
     * @return 2yz only when the message is durable; 4yz or 5yz when it is not taken
     */
    SmtpReply finish();

    /**
     * The content will not be completed or is refused by the protocol: nothing of it is kept.
     *
     * @param reason a short stable word for the log, such as {@code disconnected}, {@code
     *     message-bytes}, {@code bare-newline}
     */
    void abort(String reason);
}
