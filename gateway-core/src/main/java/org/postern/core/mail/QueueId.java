package org.postern.core.mail;

/**
 * The name of a message in the spool, in replies, logs, metrics' exemplars and commands: a 63-bit
 * sequence number in Crockford's base 32, upper case, no vowels to form words and no letters that
 * look like digits. Never reused; order of ids is order of acceptance.
 *
 * @param sequence the number, greater than 0
 */
public record QueueId(long sequence) implements Comparable<QueueId> {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int MAX_LENGTH = 13;

    public QueueId {
        if (sequence <= 0) {
            throw new IllegalArgumentException("a queue id is greater than 0");
        }
    }

    /**
     * Parses the text form; case does not matter.
     *
     * @throws IllegalArgumentException if the text is no queue id
     */
    public static QueueId parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("not a queue id: 1 to 13 characters of " + DIGITS);
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = DIGITS.indexOf(Character.toUpperCase(text.charAt(i)));
            if (digit < 0 || value > Long.MAX_VALUE >> 5) {
                throw new IllegalArgumentException(
                        "not a queue id: 1 to 13 characters of " + DIGITS);
            }
            value = value << 5 | digit;
        }
        return new QueueId(value);
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compare(sequence, other.sequence);
    }

    @Override
    public String toString() {
        char[] out = new char[MAX_LENGTH];
        int at = MAX_LENGTH;
        for (long rest = sequence; rest != 0; rest >>>= 5) {
            out[--at] = DIGITS.charAt((int) (rest & 31));
        }
        return new String(out, at, MAX_LENGTH - at);
    }
}
