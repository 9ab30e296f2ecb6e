package org.postern.queue.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages of an index in order of their ids: finds, splits and joins them. Guarded by the index's
 * lock.
 */
final class Pages {
    /** A full page gives this many rows to the next one if that has room, rather than split. */
    private static final int GIVEN = Page.ROWS / 8;

    private static final int SPARSE = Page.ROWS / 4;
    private static final int JOINED = Page.ROWS * 3 / 4;

    private final PageMemory memory;

    /** In order of their first ids; only the first {@link #count} count. */
    private @Nullable Page[] pages = new Page[16];

    private int count;

    Pages(PageMemory memory) {
        this.memory = memory;
    }

    int count() {
        return count;
    }

    Page page(int i) {
        Page page = pages[i];
        if (page == null) {
            throw new IllegalStateException("no page " + i + " of " + count);
        }
        return page;
    }

    /** The last page that begins at or before this id; 0 if none does, -1 if there is none. */
    int indexOf(long id) {
        int low = 0;
        int high = count - 1;
        if (high >= 0 && page(high).first <= id) {
            return high;
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (page(middle).first <= id) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Math.max(high, count == 0 ? -1 : 0);
    }

    private Page add(int i, long first) {
        if (count == pages.length) {
            pages = Arrays.copyOf(pages, count * 2);
        }
        System.arraycopy(pages, i, pages, i + 1, count - i);
        Page page = memory.take();
        page.first = first;
        pages[i] = page;
        count++;
        return page;
    }

    private void drop(int i) {
        memory.give(page(i));
        System.arraycopy(pages, i + 1, pages, i, count - i - 1);
        pages[--count] = null;
    }

    /** The page that has room for a new id, and is where it belongs. */
    Page roomFor(long id) {
        int i = indexOf(id);
        if (i < 0) {
            return add(0, id);
        }
        Page page = page(i);
        if (page.count < Page.ROWS) {
            page.first = Math.min(page.first, id);
            return page;
        }
        Page next = i + 1 < count ? page(i + 1) : null;
        if (id > page.id(page.count - 1)) {
            if (next == null || next.count == Page.ROWS) {
                return add(i + 1, id);
            }
            next.first = id;
            return next;
        }
        if (next == null || next.count > Page.ROWS - 2 * GIVEN) {
            next = add(i + 1, 0);
            page.moveTo(next, Page.ROWS / 2);
        } else {
            page.moveTo(next, Page.ROWS - GIVEN);
        }
        Page taker = id < next.first ? page : next;
        taker.first = Math.min(taker.first, id);
        return taker;
    }

    private void joinWithNeighbour(int i) {
        int left = i > 0 && page(i - 1).count + page(i).count <= JOINED ? i - 1 : i;
        if (left + 1 == count || page(left).count + page(left + 1).count > JOINED) {
            return;
        }
        Page right = page(left + 1);
        long first = page(left).first;
        int slab = memory.lowestWithRoom();
        if (slab < Math.max(page(left).slab, right.slab)) {
            // so that the slabs behind become empty and go
            Page lower = memory.take();
            right.moveTo(lower, 0);
            pages[left + 1] = lower;
            memory.give(right);
            right = lower;
        }
        page(left).moveTo(right, 0);
        right.first = first;
        drop(left);
    }

    /** Sees to a page from which a row was removed. */
    void shrunk(int i) {
        if (page(i).count == 0) {
            drop(i);
        } else if (page(i).count <= SPARSE) {
            joinWithNeighbour(i);
        }
    }

    /** Forgets all pages. */
    void clear() {
        count = 0;
        Arrays.fill(pages, null);
        memory.close();
    }
}
