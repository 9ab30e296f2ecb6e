package org.postern.queue.delivery;

/** Says that an attempt, or one transaction of it, broke off as a whole. */
class RelayException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Step step;
    private final transient RecipientOutcome outcome;

    RelayException(Step step, RecipientOutcome outcome) {
        super(outcome.reply().toString());
        this.step = step;
        this.outcome = outcome;
    }

    RelayException(Step step, RecipientOutcome outcome, Throwable cause) {
        super(outcome.reply().toString(), cause);
        this.step = step;
        this.outcome = outcome;
    }

    /** Where it broke off. */
    Step step() {
        return step;
    }

    /** What this means for each recipient that has no outcome of its own. */
    RecipientOutcome outcome() {
        return outcome;
    }
}
