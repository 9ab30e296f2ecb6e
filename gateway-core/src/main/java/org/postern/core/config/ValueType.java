package org.postern.core.config;

import org.postern.core.yaml.YamlNode;

/**
 * How a single value is written and read.
 *
 * @param name what it is called in messages and in the documentation: {@code a duration such as…}
 * @param kind what YAML value it must be
 * @param schema the JSON Schema of the value, for editors
 * @param parser reads the text
 * @param <T> what it becomes
 */
record ValueType<T>(String name, Kind kind, String schema, Parser<T> parser) {
    /** What YAML value is right. */
    enum Kind {
        /** Digits without quotes. */
        NUMBER,
        /** true or false without quotes. */
        BOOLEAN,
        /** Digits alone or a text with a unit. */
        QUANTITY,
        /** A text; what YAML reads as number or truth value needs quotes. */
        TEXT
    }

    /** Reads the text of a value of the right kind. */
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    /** The value of a node, which may be of any kind. */
    T read(YamlNode node) throws BadValueException {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            throw new BadValueException("must be " + name + ", found " + node.kind());
        }
        boolean right =
                switch (kind) {
                    case NUMBER -> scalar.isNumber();
                    case BOOLEAN -> scalar.isBoolean();
                    case QUANTITY -> !scalar.isNull() && !scalar.isBoolean();
                    case TEXT -> !scalar.isNull() && !scalar.isBoolean() && !scalar.isNumber();
                };
        if (!right) {
            throw new BadValueException("must be " + name + ", found " + found(scalar));
        }
        return parser.parse(scalar.text());
    }

    private static String found(YamlNode.Scalar scalar) {
        if (scalar.isNull()) {
            return "nothing";
        }
        String quotes = scalar.plain() ? "" : " in quotes";
        return scalar.kind() + quotes + ": " + shortened(scalar.text());
    }

    /** A value as it is quoted in a message. */
    static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    /** The value of a default, which is written by us. */
    T parseDefault(String text) {
        try {
            return parser.parse(text);
        } catch (BadValueException e) {
            throw new IllegalStateException("a default is wrong: " + text, e);
        }
    }
}
