package org.postern.queue.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes of XFORWARD and XCLIENT, as Postfix documents them: {@code NAME=xtext}. */
final class ClientAttributes {
    /** The longest value; two of them and their names fit the 512 octets of a command. */
    private static final int MAX_VALUE = 200;

    private ClientAttributes() {}

    /** Adds an attribute if the server accepts it; what is not known is said to be so. */
    static void add(StringBuilder out, Set<String> accepted, String name, @Nullable String value) {
        if (accepted.contains(name)) {
            out.append(' ').append(name).append('=');
            out.append(value == null || value.isEmpty() ? "[UNAVAILABLE]" : xtext(value));
        }
    }

    /** The client's address, marked where it is IPv6. */
    static String address(MessageOrigin origin) {
        return origin.address().indexOf(':') >= 0 ? "IPV6:" + origin.address() : origin.address();
    }

    /** RFC 3461, 4: printable ASCII but '+' and '=' as it is, the rest as hex digits. */
    private static String xtext(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (out.length() >= MAX_VALUE) {
                break;
            }
            if (b > 0x20 && b < 0x7f && b != '+' && b != '=') {
                out.append((char) b);
            } else {
                out.append(String.format(Locale.ROOT, "+%02X", b & 0xff));
            }
        }
        return out.toString();
    }
}
