package org.postern.smtp.session;

import java.util.List;
import org.postern.core.reply.EnhancedStatus;
import org.postern.core.reply.SmtpReply;

/**
 * What the protocol itself says. Each negative reply tells what was wrong and what to do about it,
 * for the postmaster who reads it in a bounce.
 */
final class Replies {
    static final SmtpReply CLOSING_QUIT = SmtpReply.of(221, "2.0.0", "Goodbye");
    static final SmtpReply OK = SmtpReply.of(250, "2.0.0", "OK");
    static final SmtpReply RESET = SmtpReply.of(250, "2.0.0", "Transaction forgotten");
    static final SmtpReply SENDER_OK = SmtpReply.of(250, "2.1.0", "Sender OK");
    static final SmtpReply RECIPIENT_OK = SmtpReply.of(250, "2.1.5", "Recipient OK");
    static final SmtpReply SEND_CONTENT =
            SmtpReply.of(354, "Send the message, end with <CR><LF>.<CR><LF>");
    static final SmtpReply START_TLS = SmtpReply.of(220, "2.0.0", "Ready to start TLS");
    static final SmtpReply CANNOT_VERIFY =
            SmtpReply.of(252, "2.0.0", "Not verified here; send the message and see");
    static final SmtpReply NO_EXPN = SmtpReply.of(502, "5.5.1", "EXPN is not implemented");
    static final SmtpReply HELP =
            new SmtpReply(
                    214,
                    EnhancedStatus.parse("2.0.0"),
                    List.of(
                            "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS",
                            "This host takes mail for its own domains only"));

    static final SmtpReply HELLO_FIRST = SmtpReply.of(503, "5.5.1", "Say EHLO or HELO first");
    static final SmtpReply NESTED_MAIL =
            SmtpReply.of(
                    503, "5.5.1", "A transaction is open already; end it with content or RSET");
    static final SmtpReply MAIL_FIRST = SmtpReply.of(503, "5.5.1", "MAIL comes first");
    static final SmtpReply NO_RECIPIENTS =
            SmtpReply.of(554, "5.5.1", "No recipient was accepted, so there is nobody to write to");
    static final SmtpReply IN_CHUNKS =
            SmtpReply.of(503, "5.5.1", "Content has begun with BDAT; go on with BDAT or RSET");
    static final SmtpReply TLS_TWICE = SmtpReply.of(503, "5.5.1", "TLS is on already");
    static final SmtpReply NO_TLS = SmtpReply.of(502, "5.5.1", "TLS is not offered here");
    static final SmtpReply NO_XCLIENT =
            SmtpReply.of(
                    550,
                    "5.7.1",
                    "XCLIENT is for listed hosts only (networks.load-balancers,"
                            + " networks.trusted-relays)");
    static final SmtpReply XCLIENT_LATE =
            SmtpReply.of(503, "5.5.1", "XCLIENT is not for the middle of a transaction");
    static final SmtpReply LINE_TOO_LONG = SmtpReply.of(500, "5.5.6", "Command line is too long");
    static final SmtpReply BARE_LF =
            SmtpReply.of(500, "5.5.2", "Line ends with a bare LF; end commands with CR LF");
    static final SmtpReply TOO_MANY_RECIPIENTS =
            SmtpReply.of(452, "4.5.3", "Too many recipients; send the others in another message");
    static final SmtpReply TOO_LARGE =
            SmtpReply.of(552, "5.3.4", "Message would be larger than the limit announced by SIZE");

    static final SmtpReply ENDLESS_LINE =
            SmtpReply.of(421, "4.5.6", "Command line has no end; closing connection");
    static final SmtpReply TOO_MANY_ERRORS =
            SmtpReply.of(421, "4.7.0", "Too many errors in one session; closing connection");
    static final SmtpReply TOO_MANY_UNKNOWN =
            SmtpReply.of(
                    421, "4.7.0", "Too many unknown recipients in one session; closing connection");
    static final SmtpReply TOO_MANY_COMMANDS =
            SmtpReply.of(421, "4.7.0", "Too many commands in one session; closing connection");
    static final SmtpReply DOUBTFUL_END =
            SmtpReply.of(
                    421,
                    "4.7.0",
                    "Lines of the message were damaged, so its end is in doubt; closing"
                            + " connection");
    static final SmtpReply NOT_SMTP =
            SmtpReply.of(421, "4.7.0", "This is an SMTP server; closing connection");
    static final SmtpReply PROXY_NOT_LISTED =
            SmtpReply.of(
                    554,
                    "5.7.1",
                    "PROXY headers are taken from listed hosts only (networks.load-balancers)");
    static final SmtpReply EARLY_TALKER =
            SmtpReply.of(554, "5.5.1", "You spoke before the greeting (RFC 5321, 4.3.1)");
    static final SmtpReply STOPPING =
            SmtpReply.of(421, "4.3.2", "Gateway is stopping; try again in a moment");
    static final SmtpReply FAILURE =
            SmtpReply.of(421, "4.3.0", "Internal error, nothing was accepted; try again later");

    private Replies() {}

    static SmtpReply timeout(String limit) {
        return SmtpReply.of(421, "4.4.2", "Timeout (limits." + limit + "); closing connection");
    }

    static SmtpReply chunk(long octets) {
        return SmtpReply.of(250, "2.0.0", octets + " octets taken");
    }
}
