package org.postern.app.journal;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers for what repeats: the table that holds each value once, with the values of late in
 * memory. Used by the writer's thread alone; memory is bounded by the capacity.
 *
 * @param <K> the value
 */
final class Interner<K> {
    private final int capacity;
    private final Table<K> table;
    private final Map<K, Integer> known;
    private boolean complete;
    private int last;

    /** The table behind it. */
    interface Table<K> {
        /** The number of a value that the table has, or 0. */
        int find(K value) throws SQLException;

        /** Adds a value under a number. */
        void add(int id, K value) throws SQLException;
    }

    /**
     * @param last the largest number that the table has
     * @param complete whether {@code known} will be told all of the table by {@link #load}, so that
     *     what it does not know is new
     */
    Interner(int capacity, int last, boolean complete, Table<K> table) {
        this.capacity = capacity;
        this.table = table;
        this.last = last;
        this.complete = complete;
        this.known =
                new LinkedHashMap<>(64, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, Integer> eldest) {
                        if (size() <= Interner.this.capacity) {
                            return false;
                        }
                        forgotten();
                        return true;
                    }
                };
    }

    private void forgotten() {
        complete = false;
    }

    /** Tells it of a value that the table has. */
    void load(K value, int id) {
        known.put(value, id);
    }

    /** The number of a value, which is added where it is new. */
    int id(K value) throws SQLException {
        Integer id = known.get(value);
        if (id != null) {
            return id;
        }
        int found = complete ? 0 : table.find(value);
        if (found == 0) {
            found = last + 1;
            table.add(found, value);
            last = found;
        }
        known.put(value, found);
        return found;
    }
}
