package org.postern.auth.secondopinion;

/**
 * What another implementation says on one check.
 *
 * @param source which one, {@code jSPF} or {@code jDKIM}
 * @param subject what was checked: {@code spf}, {@code helo_spf} or {@code dkim}
 * @param result its word, in the terms of RFC 8601
 * @param ours our word
 * @param agrees whether the two say the same
 * @param reason a stable code: the word for agreement, or why they may differ, such as {@code
 *     jspf.rfc4408.type-99}; {@code unexplained} where no known difference fits
 * @param detail one line for people
 */
public record Opinion(
        String source,
        String subject,
        String result,
        String ours,
        boolean agrees,
        String reason,
        String detail) {
    /** One line for people. */
    public String sentence() {
        return agrees
                ? "It says " + result + " too."
                : "It says " + result + ", we say " + ours + " (" + reason + "): " + detail;
    }
}
