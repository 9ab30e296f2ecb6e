package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.RecipientOutcome.Deferred;

/** Servers that behave up to a step and then do not. */
final class Misdeeds {
    private Misdeeds() {}

    /** Where a script stops behaving, and the step that the client then names. */
    enum Stop {
        BEFORE_GREETING(Step.GREETING),
        AFTER_GREETING(Step.HELLO),
        AFTER_EHLO(Step.MAIL),
        AFTER_MAIL(Step.RECIPIENT),
        AFTER_RCPT(Step.DATA),
        AFTER_354(Step.FINAL_REPLY),
        AFTER_CONTENT(Step.FINAL_REPLY);

        final Step named;

        Stop(Step named) {
            this.named = named;
        }
    }

    /** What it does in place of the next step. */
    interface Misdeed {
        void commit(FakeServer.Peer peer) throws IOException;
    }

    /** A server that behaves until then. */
    static FakeServer server(Stop stop, boolean pipelining, Misdeed misdeed) throws IOException {
        return new FakeServer(peer -> {
            for (Stop here : Stop.values()) {
                if (here == stop) {
                    misdeed.commit(peer);
                    return;
                }
                switch (here) {
                    case BEFORE_GREETING -> peer.say("220 fake");
                    case AFTER_GREETING ->
                            peer.answer("250-fake", pipelining ? "250 PIPELINING" : "250 8BITMIME");
                    case AFTER_EHLO -> peer.answer("250 2.1.0 ok");
                    case AFTER_MAIL -> peer.answer("250 2.1.5 ok");
                    case AFTER_RCPT -> peer.answer("354 go on");
                    case AFTER_354 -> peer.content();
                    case AFTER_CONTENT -> peer.say("250 2.0.0 taken");
                }
            }
        });
    }

    /** The deferral of this recipient, which must be one. */
    static Deferred deferred(DeliveryReport report, Recipient recipient) {
        assertThat(report.outcomes().get(recipient)).isInstanceOf(Deferred.class);
        return (Deferred) report.outcomes().get(recipient);
    }
}
