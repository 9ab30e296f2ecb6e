package org.postern.core.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.postern.core.config.Key.Shape;

/**
 * Keys in the order in which they were declared, which is the order of the reference. Filled while
 * the class that owns it is initialized, by one thread; only read afterwards.
 */
final class KeyTable {
    private final List<Key<?>> keys = new ArrayList<>();

    /** What has been declared, and what will be. */
    List<Key<?>> all() {
        return Collections.unmodifiableList(keys);
    }

    /** Declares a key that must be there. */
    <T> Key<T> required(String section, String name, ValueType<T> type, String doc) {
        return add(section, name, type, Shape.REQUIRED, "", doc);
    }

    /** Declares a key with one value, or its default. */
    <T> Key<T> one(String section, String name, ValueType<T> type, String fallback, String doc) {
        return add(section, name, type, Shape.ONE, fallback, doc);
    }

    /** Declares a key with one value, several or none. */
    <T> Key<T> list(String section, String name, ValueType<T> type, String doc) {
        return add(section, name, type, Shape.LIST, "", doc);
    }

    /** Declares a key. */
    <T> Key<T> add(
            String section,
            String name,
            ValueType<T> type,
            Shape shape,
            String fallback,
            String doc) {
        Key<T> key = new Key<>(section, name, type, shape, fallback, doc);
        keys.add(key);
        return key;
    }
}
