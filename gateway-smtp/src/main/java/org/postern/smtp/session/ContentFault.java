package org.postern.smtp.session;

import org.jspecify.annotations.Nullable;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.NamedLimit;

/**
 * Why the protocol itself refuses content. The reply is given when the content has been drained.
 */
enum ContentFault {
    /** Bare CR, bare LF or NUL. */
    BARE_NEWLINE("bare-newline"),
    /** More than {@code limits.message-bytes}. */
    MESSAGE_BYTES("message-bytes"),
    /** More than {@code limits.header-bytes}. */
    HEADER_BYTES("header-bytes"),
    /** More than {@code limits.max-received-hops}. */
    RECEIVED_HOPS("max-received-hops"),
    /** It could not be kept. */
    STORAGE("storage");

    private final String reason;

    ContentFault(String reason) {
        this.reason = reason;
    }

    /** The limit that was broken, or null for {@link #STORAGE}. */
    @Nullable NamedLimit limit() {
        return switch (this) {
            case BARE_NEWLINE -> NamedLimit.BARE_NEWLINE;
            case MESSAGE_BYTES -> NamedLimit.MESSAGE_BYTES;
            case HEADER_BYTES -> NamedLimit.HEADER_BYTES;
            case RECEIVED_HOPS -> NamedLimit.MAX_RECEIVED_HOPS;
            case STORAGE -> null;
        };
    }

    /** The word for the log. */
    String reason() {
        return reason;
    }

    SmtpReply reply() {
        return switch (this) {
            case BARE_NEWLINE ->
                    SmtpReply.of(
                            550,
                            "5.6.11",
                            "Message refused: it holds a bare CR, bare LF or NUL; lines must end"
                                    + " with CR LF (RFC 5321, 2.3.8)");
            case MESSAGE_BYTES ->
                    SmtpReply.of(
                            552, "5.3.4", "Message is larger than the limit announced by SIZE");
            case HEADER_BYTES ->
                    SmtpReply.of(
                            552, "5.3.4", "Header section of the message is larger than we take");
            case RECEIVED_HOPS ->
                    SmtpReply.of(
                            554,
                            "5.4.6",
                            "Mail loop: the message has more Received fields than we take; check"
                                    + " forwarding on its way");
            case STORAGE ->
                    SmtpReply.of(
                            452,
                            "4.3.1",
                            "Message could not be stored; nothing was kept, try again later");
        };
    }
}
