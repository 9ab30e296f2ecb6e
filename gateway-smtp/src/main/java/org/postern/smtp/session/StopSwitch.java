package org.postern.smtp.session;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Settles between a session and the thread that stops the gateway who says the last word. While the
 * session waits for a command with nothing left to send, the stopping thread may take over: it
 * writes the 421 and closes. At any other time the session is asked, and answers by itself at the
 * next command. Thread-safe.
 */
final class StopSwitch {
    private enum Phase {
        /** Reading content or working on a command. */
        BUSY,
        /** Waiting for a command, all replies sent. */
        IDLE,
        /** A message is being made durable: its reply must reach the client if it can. */
        FINISHING,
        /** The stopping thread has taken over. */
        TAKEN
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BUSY);
    private volatile boolean asked;

    /** Stopping thread: asks. True when it has taken over and must write the last reply. */
    boolean ask() {
        asked = true;
        return phase.compareAndSet(Phase.IDLE, Phase.TAKEN);
    }

    /** Whether the session has been asked to stop. */
    boolean asked() {
        return asked;
    }

    /** Whether a message is being made durable. */
    boolean finishing() {
        return phase.get() == Phase.FINISHING;
    }

    /** Session: is about to wait. False when it has been asked to stop and must not wait. */
    boolean beginIdle() {
        phase.set(Phase.IDLE);
        // asked between its last look and now: whoever wins the exchange answers
        return !asked || !phase.compareAndSet(Phase.IDLE, Phase.BUSY);
    }

    /** Session: has something to do. False when the stopping thread has taken over. */
    boolean endIdle() {
        return phase.compareAndSet(Phase.IDLE, Phase.BUSY);
    }

    /** Session: the message is complete and is being made durable. */
    void beginFinishing() {
        phase.set(Phase.FINISHING);
    }

    /** Session: its reply has been sent. */
    void endFinishing() {
        phase.set(Phase.BUSY);
    }
}
