package org.postern.queue.dsn;

import org.postern.core.mail.DsnNotify;

/** What a notice can be about, with the words of RFC 3464. */
public enum NoticeEvent {
    /** Refused for good, or expired. */
    FAILED(DsnNotify.FAILURE, "failed"),
    /** Still queued after a while. */
    DELAYED(DsnNotify.DELAY, "delayed"),
    /** Delivered into the final store. */
    DELIVERED(DsnNotify.SUCCESS, "delivered"),
    /** Handed on to a system that does not send such notices itself. */
    RELAYED(DsnNotify.SUCCESS, "relayed");

    private final DsnNotify condition;
    private final String action;

    NoticeEvent(DsnNotify condition, String action) {
        this.condition = condition;
        this.action = action;
    }

    /** The NOTIFY condition that asks for it. */
    public DsnNotify condition() {
        return condition;
    }

    /** The word of the Action field (RFC 3464, 2.3.3). */
    public String action() {
        return action;
    }
}
