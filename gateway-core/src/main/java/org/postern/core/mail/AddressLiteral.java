package org.postern.core.mail;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An address literal, {@code [192.0.2.1]} or {@code [IPv6:2001:db8::1]} (RFC 5321, 4.1.3).
 *
 * @param address the address between the brackets
 */
public record AddressLiteral(InetAddress address) implements MailHost {

    /**
     * Parses a literal with its brackets.
     *
     * @throws InvalidAddressException if it is neither an IPv4 nor an {@code IPv6:} literal
     */
    public static AddressLiteral parse(String text) throws InvalidAddressException {
        if (text.length() < 3 || text.charAt(0) != '[' || text.charAt(text.length() - 1) != ']') {
            throw new InvalidAddressException("address literal must stand in brackets", 0);
        }
        String inner = text.substring(1, text.length() - 1);
        boolean v6 = inner.regionMatches(true, 0, "IPv6:", 0, 5);
        String digits = v6 ? inner.substring(5) : inner;
        boolean shape = v6 ? isIpv6Text(digits) : isIpv4Text(digits);
        if (!shape) {
            throw new InvalidAddressException(
                    "address literal must be [a.b.c.d] or [IPv6:...] (RFC 5321, 4.1.3)", 1);
        }
        try {
            InetAddress address = InetAddress.ofLiteral(digits);
            return new AddressLiteral(address);
        } catch (IllegalArgumentException e) {
            throw new InvalidAddressException("address literal holds no IP address", 1);
        }
    }

    private static boolean isIpv4Text(String s) {
        int dots = 0;
        int digits = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '.') {
                if (digits == 0) {
                    return false;
                }
                dots++;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 3) {
                digits++;
            } else {
                return false;
            }
        }
        return dots == 3 && digits > 0;
    }

    private static boolean isIpv6Text(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            boolean hex =
                    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!hex && c != ':' && c != '.') {
                return false;
            }
        }
        return s.indexOf(':') >= 0;
    }

    @Override
    public String ascii() {
        String digits = org.postern.core.net.Ip.text(address);
        return address instanceof Inet6Address ? "[IPv6:" + digits + "]" : "[" + digits + "]";
    }

    @Override
    public String toString() {
        return ascii();
    }
}
