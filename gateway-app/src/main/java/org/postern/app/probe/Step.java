package org.postern.app.probe;

import java.util.Locale;

/** Where on its way a message is. */
public enum Step {
    /** To the listener. */
    CONNECT,
    /** Its first word. */
    GREETING,
    /** EHLO. */
    HELLO,
    /** MAIL. */
    SENDER,
    /** RCPT. */
    RECIPIENT,
    /** DATA and the content. */
    CONTENT,
    /** What the checks made of it. */
    VERDICT,
    /** From the spool to the downstream's 250. */
    DELIVERY,
    /** In the recipient's mailbox. */
    MAILBOX,
    /** All the way. */
    DONE;

    /** The word in metrics and logs. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
