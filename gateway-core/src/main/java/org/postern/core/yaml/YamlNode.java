package org.postern.core.yaml;

import java.util.List;
import org.postern.core.problem.Place;

/** A value in a YAML file, with its place. Immutable. */
public sealed interface YamlNode {
    /** Where it begins. */
    Place place();

    /** What it is, for messages: {@code a list}, {@code a number}… */
    String kind();

    /**
     * A single value.
     *
     * @param place where it begins
     * @param text its text, unquoted
     * @param plain whether it stands without quotes, so that {@code 5} is a number and {@code true}
     *     a truth value
     */
    record Scalar(Place place, String text, boolean plain) implements YamlNode {
        /** Whether this is YAML's null: nothing, {@code ~} or {@code null}. */
        public boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }

        /** Whether this is a number of YAML's core schema. */
        public boolean isNumber() {
            return plain && looksLikeNumber(text);
        }

        /** Whether this is {@code true} or {@code false}. */
        public boolean isBoolean() {
            return plain && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
        }

        private static boolean looksLikeNumber(String s) {
            boolean digit = false;
            for (int i = 0; i < s.length(); i++) {
                char c = s.charAt(i);
                if (c >= '0' && c <= '9') {
                    digit = true;
                } else if (!(c == '.' && s.indexOf('.') == i)
                        && !((c == '-' || c == '+') && i == 0)) {
                    return false;
                }
            }
            return digit;
        }

        @Override
        public String kind() {
            if (isNull()) {
                return "nothing";
            }
            if (isNumber()) {
                return "a number";
            }
            return isBoolean() ? "a truth value" : "a text";
        }
    }

    /**
     * A list.
     *
     * @param place where it begins
     * @param items its items
     */
    record Sequence(Place place, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A mapping. Duplicate keys have been noted already; the first stands.
     *
     * @param place where it begins
     * @param entries its entries in the order of the file
     */
    record Mapping(Place place, List<Entry> entries) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /**
     * One entry of a mapping.
     *
     * @param key the key
     * @param keyPlace where the key stands
     * @param value the value
     */
    record Entry(String key, Place keyPlace, YamlNode value) {}
}
