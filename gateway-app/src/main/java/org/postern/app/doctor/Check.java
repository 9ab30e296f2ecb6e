package org.postern.app.doctor;

import java.util.List;

/** Looks at one part of the surroundings. Runs on a virtual thread of its own. */
public interface Check {
    /** Its name, one word: what {@code --only} takes. */
    String name();

    /**
     * Looks.
     *
     * @return at least one finding; what could not be looked at is a finding too
     * @throws InterruptedException if the time for the whole examination is over
     */
    List<Finding> examine(Scene scene) throws InterruptedException;
}
