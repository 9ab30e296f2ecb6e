package org.postern.core.lists;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A map of short texts to numbers. The texts lie in one array of octets and are found by open
 * addressing: about 50 octets for an address of 25, against 200 for a {@code HashMap} of strings.
 * Filled by one thread, then only read.
 */
public final class NameIndex {
    /** No such name. */
    public static final int NONE = -1;

    private byte[] arena = new byte[1_024];
    private int[] ends = new int[64];
    private int[] values = new int[64];
    private int[] table = new int[128]; // position + 1, 0 for free
    private int size;

    /** The octets that look-ups work on. */
    public static byte[] encode(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Adds a name if it is new.
     *
     * @param value 0 or more
     * @return the value that the name had before, or {@link #NONE} if it was new
     */
    public int putIfAbsent(String name, int value) {
        byte[] key = encode(name);
        int slot = slot(key, 0, key.length);
        if (table[slot] != 0) {
            return values[table[slot] - 1];
        }
        if (size == values.length) {
            ends = Arrays.copyOf(ends, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        int start = size == 0 ? 0 : ends[size - 1];
        if (start + key.length > arena.length) {
            arena = Arrays.copyOf(arena, Math.max(arena.length * 2, start + key.length));
        }
        System.arraycopy(key, 0, arena, start, key.length);
        ends[size] = start + key.length;
        values[size] = value;
        table[slot] = ++size;
        if (size * 2 > table.length) {
            rehash();
        }
        return NONE;
    }

    /** Gives a name that is here another value. */
    public void replace(String name, int value) {
        byte[] key = encode(name);
        int found = table[slot(key, 0, key.length)];
        if (found == 0) {
            throw new IllegalArgumentException("no such name: " + name);
        }
        values[found - 1] = value;
    }

    private void rehash() {
        table = new int[table.length * 2];
        for (int i = 0; i < size; i++) {
            int slot = hash(arena, start(i), ends[i]) & (table.length - 1);
            while (table[slot] != 0) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = i + 1;
        }
    }

    private int start(int position) {
        return position == 0 ? 0 : ends[position - 1];
    }

    /** The value of a name, or {@link #NONE}. Never blocks. */
    public int find(String name) {
        byte[] key = encode(name);
        return find(key, 0, key.length);
    }

    /** The same for a part of {@link #encode encoded} octets. */
    public int find(byte[] key, int from, int to) {
        int found = table[slot(key, from, to)];
        return found == 0 ? NONE : values[found - 1];
    }

    private int slot(byte[] key, int from, int to) {
        int mask = table.length - 1;
        int slot = hash(key, from, to) & mask;
        while (table[slot] != 0) {
            int position = table[slot] - 1;
            if (Arrays.equals(arena, start(position), ends[position], key, from, to)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static int hash(byte[] b, int from, int to) {
        int h = 0x811c9dc5;
        for (int i = from; i < to; i++) {
            h = (h ^ b[i]) * 0x01000193;
        }
        // the low bits pick the slot; let all of the hash reach them
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        return h ^ h >>> 13;
    }

    /** Hands each name to {@code action}, in the order they were added. */
    public void forEach(Consumer<String> action) {
        for (int i = 0; i < size; i++) {
            action.accept(new String(arena, start(i), ends[i] - start(i), StandardCharsets.UTF_8));
        }
    }

    /** How many names there are. */
    public int size() {
        return size;
    }
}
