package org.postern.smtp.session;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.reply.SmtpReply;

/** A command line, understood. Only good form is known here, not whether this is the moment. */
sealed interface Command {
    /** The verb in upper case, a label for metrics from a bounded set. */
    String verb();

    /** EHLO or HELO. */
    record Hello(Helo helo) implements Command {
        @Override
        public String verb() {
            return helo.extended() ? "EHLO" : "HELO";
        }
    }

    /** MAIL. */
    record Mail(MailRequest request) implements Command {
        @Override
        public String verb() {
            return "MAIL";
        }
    }

    /**
     * RCPT.
     *
     * @param address the mailbox, or null for {@code <Postmaster>}
     * @param international whether the address was written beyond ASCII
     */
    record Rcpt(
            @Nullable EmailAddress address,
            boolean international,
            Set<DsnNotify> conditions,
            @Nullable String originalRecipient)
            implements Command {
        public Rcpt {
            conditions = Set.copyOf(conditions);
        }

        @Override
        public String verb() {
            return "RCPT";
        }
    }

    /**
     * BDAT (RFC 3030, 2).
     *
     * @param size octets that follow
     */
    record Bdat(long size, boolean last) implements Command {
        @Override
        public String verb() {
            return "BDAT";
        }
    }

    /**
     * XCLIENT. What is empty was not given or is unknown.
     *
     * @param port 0 when not given
     * @param helo what the client itself said: HELO's name, and by PROTO whether it said EHLO
     */
    record Xclient(
            Optional<InetAddress> address,
            int port,
            Optional<InetAddress> destination,
            int destinationPort,
            Optional<String> name,
            Optional<Helo> helo)
            implements Command {
        @Override
        public String verb() {
            return "XCLIENT";
        }
    }

    /** Commands without anything to say but their name. */
    enum Bare implements Command {
        DATA,
        RSET,
        NOOP,
        VRFY,
        EXPN,
        HELP,
        QUIT,
        STARTTLS;

        @Override
        public String verb() {
            return name();
        }
    }

    /**
     * A command that is refused for its form.
     *
     * @param verb a known verb, or {@code UNKNOWN}
     * @param desynchronised whether octets may follow that are no commands, so that the connection
     *     must close
     */
    record Faulty(String verb, SmtpReply reply, boolean desynchronised) implements Command {}

    /**
     * The verb of another protocol: somebody is using us to talk through a web browser, or does not
     * know where he is.
     */
    enum OtherProtocol implements Command {
        HTTP,
        PROXY;

        @Override
        public String verb() {
            return "UNKNOWN";
        }
    }
}
