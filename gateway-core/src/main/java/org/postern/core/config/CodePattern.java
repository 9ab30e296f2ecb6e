package org.postern.core.config;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Which answers of a list count: an IPv4 address of which each octet is a number, a range or {@code
 * *}, such as {@code 127.0.0.2}, {@code 127.0.0.2-11} or {@code 127.0.*.1-3}. Immutable.
 */
public final class CodePattern {
    /** What counts where nothing is said: everything but 127.255.255.0/24, which means trouble. */
    public static final CodePattern ANY = parse("127.*.*.*");

    private final int[] low = new int[4];
    private final int[] high = new int[4];
    private final String text;

    private CodePattern(String text) {
        this.text = text;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is none, or is not within 127.0.0.0/8
     */
    public static CodePattern parse(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            throw new IllegalArgumentException("a pattern has four parts");
        }
        CodePattern pattern = new CodePattern(text);
        for (int i = 0; i < 4; i++) {
            pattern.octet(i, octets[i]);
        }
        if (pattern.low[0] != 127 || pattern.high[0] != 127) {
            throw new IllegalArgumentException("answers of lists begin with 127 (RFC 5782, 2.1)");
        }
        return pattern;
    }

    private void octet(int i, String part) {
        if (part.equals("*")) {
            high[i] = 255;
            return;
        }
        int hyphen = part.indexOf('-');
        low[i] = number(hyphen < 0 ? part : part.substring(0, hyphen));
        high[i] = hyphen < 0 ? low[i] : number(part.substring(hyphen + 1));
        if (low[i] > high[i]) {
            throw new IllegalArgumentException("a range begins with the smaller number: " + part);
        }
    }

    private static int number(String digits) {
        if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > 255) {
            throw new IllegalArgumentException("each part is 0 to 255, a range or *");
        }
        return Integer.parseInt(digits);
    }

    /** Whether an answer is meant; never an IPv6 address. */
    public boolean matches(InetAddress answer) {
        byte[] octets = answer.getAddress();
        if (octets.length != 4) {
            return false;
        }
        for (int i = 0; i < 4; i++) {
            int octet = octets[i] & 0xff;
            if (octet < low[i] || octet > high[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether this answer is meant and no other. */
    public boolean isExactly(InetAddress answer) {
        return matches(answer) && Arrays.equals(low, high);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePattern p
                && Arrays.equals(p.low, low)
                && Arrays.equals(p.high, high);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        return text;
    }
}
