package org.postern.core.yaml;

/** Writes values so that {@link YamlReader} reads the same back. */
public final class YamlText {
    private YamlText() {}

    /** A double-quoted scalar (YAML 1.2, 7.3.1). */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20
                    || (c >= 0x7f && c <= 0xa0)
                    || Character.isSurrogate(c)
                    || c > 0xd7ff) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
