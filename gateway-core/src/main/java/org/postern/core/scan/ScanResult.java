package org.postern.core.scan;

import java.util.List;

/**
 * What one scanner said of one message, or why it said nothing.
 *
 * @param scanner which one
 * @param outcome what came of it
 * @param score the spam score, 0 where there is none
 * @param required the score from which the scanner calls a message spam
 * @param names symbols that hit, or names of what was found; bounded, printable ASCII
 * @param detail one line for logs: the scanner's action, or what went wrong
 * @param message what the sender is to be told in the scanner's words, or empty; bounded, printable
 *     ASCII
 * @param changes header fields that the scanner asks for
 */
public record ScanResult(
        Scanner scanner,
        Outcome outcome,
        double score,
        double required,
        List<String> names,
        String detail,
        String message,
        FieldChanges changes) {
    public ScanResult {
        names = List.copyOf(names);
    }

    /** A result that asks for nothing more. */
    public ScanResult(
            Scanner scanner,
            Outcome outcome,
            double score,
            double required,
            List<String> names,
            String detail) {
        this(scanner, outcome, score, required, names, detail, "", FieldChanges.NONE);
    }

    /** A result without a score. */
    public static ScanResult of(Scanner scanner, Outcome outcome, String detail) {
        return new ScanResult(scanner, outcome, 0, 0, List.of(), detail);
    }

    /** The scanners that are known. */
    public enum Scanner {
        /** Rspamd, over its HTTP protocol. */
        RSPAMD("rspamd"),
        /** ClamAV's clamd, over INSTREAM. */
        CLAMAV("clamav");

        private final String word;

        Scanner(String word) {
            this.word = word;
        }

        /** The word in configuration, logs and metrics. */
        public String word() {
            return word;
        }
    }

    /** What came of a scan. */
    public enum Outcome {
        /** Nothing against it. */
        CLEAN("clean"),
        /** Spam to be marked: Rspamd's {@code add header} and {@code rewrite subject}. */
        SPAM("spam"),
        /** Spam to be refused: Rspamd's {@code reject}. */
        REJECT("reject"),
        /** To come again later: Rspamd's {@code soft reject}. */
        SOFT_REJECT("soft-reject"),
        /** To be looked at by a person: Rspamd's {@code quarantine}. */
        QUARANTINE("quarantine"),
        /** Something harmful was found. */
        INFECTED("infected"),
        /** It is larger than {@code size-limit}, and was not scanned. */
        TOO_LARGE("too-large"),
        /** The scanner could not be asked, or did not answer in time or sensibly. */
        FAILED("failed");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** The word in rules, logs and metrics. */
        public String word() {
            return word;
        }
    }
}
