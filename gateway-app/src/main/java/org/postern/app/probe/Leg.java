package org.postern.app.probe;

/** One of the messages of a round. */
public enum Leg {
    /** Must arrive. */
    GOOD("good"),
    /** Must be refused for what it claims. */
    FORGED("forged"),
    /** Must be refused because nobody has that address. */
    UNKNOWN("unknown");

    private final String word;

    Leg(String word) {
        this.word = word;
    }

    /** The word in metrics and logs. */
    public String word() {
        return word;
    }
}
