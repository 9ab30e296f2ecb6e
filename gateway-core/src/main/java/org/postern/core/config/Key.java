package org.postern.core.config;

/**
 * One setting: its name, how it is written, its default and what it is for. The reader, the
 * reference documentation and the editor's schema are all made from it.
 *
 * @param section where it stands: {@code limits}, {@code listeners[]}, {@code domains.*}, or empty
 *     for the top
 * @param name the key
 * @param type how its value, or each item of its list, is written
 * @param shape whether it holds one value or many
 * @param fallback what holds where the file says nothing, as it would be written; empty where there
 *     is none
 * @param doc one sentence for people
 * @param <T> what a value becomes
 */
record Key<T>(
        String section, String name, ValueType<T> type, Shape shape, String fallback, String doc) {
    /** How many values a key holds. */
    enum Shape {
        /** One, and it must be there. */
        REQUIRED,
        /** One, or the default. */
        ONE,
        /** One, or a list of them, or none. */
        LIST
    }

    /** The whole name, such as {@code limits.command-timeout}. */
    String path() {
        return section.isEmpty() ? name : section + "." + name;
    }

    /** The default as a value. */
    T fallbackValue() {
        return type.parseDefault(fallback);
    }
}
