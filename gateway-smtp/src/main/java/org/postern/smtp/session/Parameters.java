package org.postern.smtp.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters behind a path: {@code KEYWORD[=value]}, separated by spaces (RFC 5321, 4.1.2). */
final class Parameters {
    /** The value of a keyword that has none. */
    static final String NO_VALUE = "";

    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads parameters; keywords are upper case afterwards.
     *
     * @return null if a keyword is malformed or given twice
     */
    static @Nullable Parameters parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        int i = 0;
        while (i < text.length()) {
            if (text.charAt(i) == ' ') {
                i++;
                continue;
            }
            int space = text.indexOf(' ', i);
            int end = space < 0 ? text.length() : space;
            String word = text.substring(i, end);
            int equals = word.indexOf('=');
            String keyword = Ascii.upper(equals < 0 ? word : word.substring(0, equals));
            String value = equals < 0 ? NO_VALUE : word.substring(equals + 1);
            if (!isKeyword(keyword) || (equals >= 0 && value.isEmpty())) {
                return null;
            }
            if (values.putIfAbsent(keyword, value) != null) {
                return null;
            }
            i = end;
        }
        return new Parameters(values);
    }

    private static boolean isKeyword(String s) {
        if (s.isEmpty() || s.charAt(0) == '-') {
            return false;
        }
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return true;
    }

    Map<String, String> values() {
        return values;
    }
}
