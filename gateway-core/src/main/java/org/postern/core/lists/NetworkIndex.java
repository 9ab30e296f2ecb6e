package org.postern.core.lists;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.postern.core.net.Cidr;

/**
 * Networks, found by address, the narrowest first. The networks are sorted by their first address,
 * wider before narrower, and each knows the next wider one around it. Networks nest or are apart,
 * never overlap; so every network that holds an address is the last one that begins at or before
 * it, or lies on the way outwards from that one. One binary search and a few steps.
 *
 * <p>IPv4 is kept as IPv4-mapped IPv6, so that both share a table. Filled by one thread, frozen,
 * then only read.
 */
final class NetworkIndex {
    /** No entry. */
    static final int NONE = -1;

    private long[] high = new long[64];
    private long[] low = new long[64];
    private byte[] prefix = new byte[64]; // of 128, minus 128 to fit an octet
    private int[] entries = new int[64];
    private int[] around = {};
    private int size;

    void add(Cidr network, int entry) {
        if (size == entries.length) {
            high = Arrays.copyOf(high, size * 2);
            low = Arrays.copyOf(low, size * 2);
            prefix = Arrays.copyOf(prefix, size * 2);
            entries = Arrays.copyOf(entries, size * 2);
        }
        byte[] octets = network.networkBytes();
        high[size] = high(octets);
        low[size] = low(octets);
        prefix[size] = (byte) (network.prefix() + (octets.length == 4 ? 96 : 0) - 128);
        entries[size] = entry;
        size++;
    }

    private static long high(byte[] octets) {
        return octets.length == 4 ? 0 : word(octets, 0, 8);
    }

    private static long low(byte[] octets) {
        return octets.length == 4 ? 0xffff_0000_0000L | word(octets, 0, 4) : word(octets, 8, 16);
    }

    private static long word(byte[] octets, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            word = word << 8 | (octets[i] & 0xff);
        }
        return word;
    }

    /**
     * Sorts, keeps one entry of several with the same network, and links. To be called once, before
     * the first look-up.
     *
     * @param outlives whether the first of two entries holds longer than the second
     */
    void freeze(Outlives outlives) {
        int[] order = withoutDuplicates(sorted(), outlives);
        long[] sortedHigh = new long[size];
        long[] sortedLow = new long[size];
        byte[] sortedPrefix = new byte[size];
        int[] sortedEntries = new int[size];
        for (int i = 0; i < size; i++) {
            sortedHigh[i] = high[order[i]];
            sortedLow[i] = low[order[i]];
            sortedPrefix[i] = prefix[order[i]];
            sortedEntries[i] = entries[order[i]];
        }
        high = sortedHigh;
        low = sortedLow;
        prefix = sortedPrefix;
        entries = sortedEntries;
        around = new int[size];
        for (int i = 0; i < size; i++) {
            int wider = i - 1;
            while (wider >= 0 && !contains(wider, high[i], low[i])) {
                wider = around[wider];
            }
            around[i] = wider;
        }
    }

    /** Whether one entry holds longer than another. */
    interface Outlives {
        boolean test(int entry, int other);
    }

    private int[] withoutDuplicates(int[] order, Outlives outlives) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || compare(order[kept - 1], order[i]) != 0) {
                order[kept++] = order[i];
            } else if (outlives.test(entries[order[i]], entries[order[kept - 1]])) {
                order[kept - 1] = order[i];
            }
        }
        size = kept;
        return Arrays.copyOf(order, kept);
    }

    /** The order by first address, then wider first, then as added: a merge sort of numbers. */
    private int[] sorted() {
        int[] from = new int[size];
        for (int i = 0; i < size; i++) {
            from[i] = i;
        }
        int[] to = new int[size];
        for (int run = 1; run < size; run *= 2) {
            for (int start = 0; start < size; start += 2 * run) {
                int middle = Math.min(start + run, size);
                int end = Math.min(middle + run, size);
                int left = start;
                int right = middle;
                for (int i = start; i < end; i++) {
                    boolean takeLeft =
                            left < middle
                                    && (right >= end || compare(from[left], from[right]) <= 0);
                    to[i] = takeLeft ? from[left++] : from[right++];
                }
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private int compare(int a, int b) {
        int byAddress = compare(high[a], low[a], high[b], low[b]);
        return byAddress != 0 ? byAddress : Byte.compare(prefix[a], prefix[b]);
    }

    private static int compare(long highA, long lowA, long highB, long lowB) {
        int byHigh = Long.compareUnsigned(highA, highB);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(lowA, lowB);
    }

    private boolean contains(int i, long addressHigh, long addressLow) {
        int bits = prefix[i] + 128;
        long differHigh = high[i] ^ addressHigh;
        if (bits <= 64) {
            return bits == 0 || differHigh >>> (64 - bits) == 0;
        }
        return differHigh == 0 && (low[i] ^ addressLow) >>> (128 - bits) == 0;
    }

    /** The narrowest wanted entry around an address, or {@link #NONE}. Never blocks. */
    int find(InetAddress address, IntPredicate wanted) {
        byte[] octets = address.getAddress();
        long addressHigh = high(octets);
        long addressLow = low(octets);
        int below = 0;
        int above = size;
        while (below < above) {
            int middle = (below + above) >>> 1;
            if (compare(high[middle], low[middle], addressHigh, addressLow) <= 0) {
                below = middle + 1;
            } else {
                above = middle;
            }
        }
        for (int i = below - 1; i >= 0; i = around[i]) {
            if (octets.length == 4 && prefix[i] + 128 < 96) {
                return NONE; // ::/0 and the like reach over the mapped addresses, but mean IPv6
            }
            if (contains(i, addressHigh, addressLow) && wanted.test(entries[i])) {
                return i;
            }
        }
        return NONE;
    }

    /** The entry number of what {@link #find} found. */
    int entry(int found) {
        return entries[found];
    }

    /** The network that {@link #find} found around an address. */
    Cidr network(int found, InetAddress address) {
        int bits = prefix[found] + 128;
        return Cidr.of(address, address.getAddress().length == 4 ? bits - 96 : bits);
    }

    int size() {
        return size;
    }
}
