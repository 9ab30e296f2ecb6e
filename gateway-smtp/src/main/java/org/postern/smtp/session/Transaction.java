package org.postern.smtp.session;

import org.jspecify.annotations.Nullable;

/** What is open between MAIL and the end of its content (RFC 5321, 3.3). Session's thread only. */
final class Transaction {
    private final Visit visit;
    private @Nullable MailRequest mail;
    private int recipients;
    private @Nullable ContentIntake chunks;

    Transaction(Visit visit) {
        this.visit = visit;
    }

    /** MAIL was accepted. */
    void begin(MailRequest request) {
        mail = request;
        recipients = 0;
    }

    /** The accepted MAIL, null when no transaction is open. */
    @Nullable MailRequest mail() {
        return mail;
    }

    void addRecipient() {
        recipients++;
    }

    int recipients() {
        return recipients;
    }

    /** The content that has begun with BDAT, null before. */
    @Nullable ContentIntake chunks() {
        return chunks;
    }

    void chunks(ContentIntake begun) {
        chunks = begun;
    }

    /** Its content has been answered for, or will never be. */
    void contentOver() {
        mail = null;
        recipients = 0;
        chunks = null;
    }

    /** Ends it without acceptance, if it is open. */
    void forget(String reason) {
        ContentIntake begun = chunks;
        boolean open = mail != null;
        contentOver();
        if (begun != null) {
            begun.abort(reason);
        } else if (open) {
            visit.reset();
        }
    }
}
