package org.postern.app.doctor;

/** What a finding says; the worst comes last. */
public enum Level {
    /** Looked at, and well. */
    OK("ok"),
    /** Not looked at: neither well nor ill. The finding says why. */
    NOT_CHECKED("not_checked"),
    /** Mail goes through, but something is not as it should be. */
    WARNING("warning"),
    /** Mail is lost, refused or held up by this, or soon will be. */
    FAILURE("failure");

    private final String word;

    Level(String word) {
        this.word = word;
    }

    /** The word in JSON. */
    public String word() {
        return word;
    }
}
