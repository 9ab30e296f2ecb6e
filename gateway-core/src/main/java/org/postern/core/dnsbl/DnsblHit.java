package org.postern.core.dnsbl;

/**
 * One list that has what it was asked about.
 *
 * @param list the list's name in the configuration
 * @param zone its zone
 * @param subject what it was asked about
 * @param value the address or domain that is listed
 * @param weight what the hit adds to the score; negative for allow lists
 * @param code the address that it answered, such as {@code 127.0.0.2}
 * @param text its TXT record made one line of printable ASCII, or empty
 */
public record DnsblHit(
        String list,
        String zone,
        Subject subject,
        String value,
        int weight,
        String code,
        String text) {

    /** One line for logs: {@code zen=127.0.0.2 (client 192.0.2.1, +5)}. */
    @Override
    public String toString() {
        return "%s=%s (%s %s, %+d)".formatted(list, code, subject.word(), value, weight);
    }
}
