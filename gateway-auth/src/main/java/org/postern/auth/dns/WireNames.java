package org.postern.auth.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/** Our names as dnsjava's, octet by octet, past its master-file escapes. */
final class WireNames {
    private WireNames() {}

    /** The name in dnsjava's terms, always absolute. */
    static Name write(DnsName name) {
        String text = name.octets();
        byte[] wire = new byte[text.isEmpty() ? 1 : text.length() + 2];
        if (!text.isEmpty()) {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(octets, 0, wire, 1, octets.length);
            int start = 0;
            for (int i = 1; i <= octets.length + 1; i++) {
                if (i == octets.length + 1 || wire[i] == '.') {
                    wire[start] = (byte) (i - start - 1);
                    start = i;
                }
            }
        }
        try {
            return new Name(wire);
        } catch (IOException e) {
            throw new IllegalStateException("a DnsName is always a name: " + name, e);
        }
    }

    /** The name in our terms, or null if a label holds a dot, which no host name does. */
    static @Nullable DnsName read(Name name) {
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.labels(); i++) {
            byte[] label = name.getLabel(i); // its length octet, then the label
            if (label[0] == 0) {
                break;
            }
            if (i > 0) {
                out.append('.');
            }
            for (int j = 1; j < label.length; j++) {
                char c = (char) (label[j] & 0xff);
                if (c == '.') {
                    return null;
                }
                out.append(c);
            }
        }
        return out.isEmpty() ? DnsName.ROOT : DnsName.ofOctets(out.toString()).orElse(null);
    }
}
