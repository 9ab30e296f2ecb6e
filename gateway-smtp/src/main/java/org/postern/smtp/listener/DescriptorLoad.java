package org.postern.smtp.listener;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How near the process is to its limit of file descriptors, reckoned from its connections: shedding
 * with a 421 begins before accept fails. Counting the descriptors themselves would mean reading a
 * directory of tens of thousands of entries many times a second.
 */
final class DescriptorLoad {
    /** What is not a connection: jars, spool, index, downstreams, listeners. */
    private static final int OTHERS = 256;

    private static final int OTHERS_SHARE = 4;

    /** What stays free for spool files and deliveries. */
    private static final double USABLE = 0.95;

    private static final long MAX =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? unix.getMaxFileDescriptorCount()
                    : Long.MAX_VALUE;

    private DescriptorLoad() {}

    static double of(int connections) {
        return (connections + Math.min(OTHERS, MAX / OTHERS_SHARE)) / (MAX * USABLE);
    }
}
