package org.postern.smtp.listener;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/**
 * How full the heap is with what is really alive: use after the last collection, so that garbage
 * waiting to be collected does not count. 1 stands for 85 % of the largest heap; beyond that the
 * collector is busy with itself.
 */
final class HeapLoad {
    private static final double FULL = 0.85;
    private static final List<MemoryPoolMXBean> POOLS =
            ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(p -> p.getType() == MemoryType.HEAP && p.getCollectionUsage() != null)
                    .toList();

    private HeapLoad() {}

    static double now() {
        long alive = 0;
        for (MemoryPoolMXBean pool : POOLS) {
            MemoryUsage usage = pool.getCollectionUsage();
            alive += usage == null ? 0 : usage.getUsed();
        }
        return alive / (Runtime.getRuntime().maxMemory() * FULL);
    }
}
