package org.postern.app.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.ListenerConfig;

/** Whether the kernel gives what the configuration promises: backlog and file descriptors. */
final class LimitsCheck implements Check {
    /** Jars, log, spool segments, admin connections, DNS sockets. */
    private static final long OWN_FILES = 1_000;

    private final Path somaxconn;

    LimitsCheck() {
        this(Path.of("/proc/sys/net/core/somaxconn"));
    }

    /**
     * @param somaxconn where the kernel says how long a listen queue may be
     */
    LimitsCheck(Path somaxconn) {
        this.somaxconn = somaxconn;
    }

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        findings.add(backlog(scene.config().listeners()));
        findings.add(files(scene));
        return findings;
    }

    private Finding backlog(List<ListenerConfig> listeners) {
        int wanted = listeners.stream().mapToInt(ListenerConfig::backlog).max().orElse(0);
        long granted;
        try {
            granted = kernelNumber(somaxconn);
        } catch (IOException | NumberFormatException e) {
            return Finding.notChecked(
                    name(),
                    "the kernel's limit on listen queues: " + somaxconn + " cannot be read",
                    "a backlog of " + wanted + " may be cut down silently",
                    "sysctl net.core.somaxconn");
        }
        if (granted < wanted) {
            return Finding.warning(
                    name(),
                    "listeners ask for a backlog of " + wanted + ", the kernel allows " + granted,
                    "in a burst, connections are lost that the client believes open",
                    "sysctl -w net.core.somaxconn=" + Math.max(wanted, 4_096));
        }
        return Finding.ok(name(), "backlog of " + wanted + ", the kernel allows " + granted);
    }

    /**
     * A setting of the kernel. In one read: these files answer the first read alone, and {@link
     * Files#readString} makes two of it where the size is said to be 0, so that 4096 became 4.
     */
    static long kernelNumber(Path setting) throws IOException {
        byte[] text = new byte[64];
        try (InputStream in = Files.newInputStream(setting)) {
            int length = in.read(text);
            return Long.parseLong(
                    new String(text, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip());
        }
    }

    private Finding files(Scene scene) {
        OptionalDouble ofDaemon = scene.daemon().metric("process_files_max_files");
        OptionalLong limit =
                ofDaemon.isPresent()
                        ? OptionalLong.of((long) ofDaemon.getAsDouble())
                        : ofThisProcess();
        if (limit.isEmpty()) {
            return Finding.notChecked(
                    name(),
                    "the limit on open files: this Java does not say",
                    "every connection is an open file",
                    "ulimit -n");
        }
        String whose =
                ofDaemon.isPresent()
                        ? "the gateway may open "
                        : "this shell may open (the gateway is not running, its own limit can"
                                + " differ) ";
        int connections = scene.config().limits().connections();
        if (connections == 0) {
            return Finding.warning(
                    name(),
                    whose + limit.getAsLong() + " files, and limits.connections is 0, no limit",
                    "with so many connections the gateway can neither accept nor deliver any more",
                    "systemctl edit postern   # [Service] LimitNOFILE=262144");
        }
        long wanted =
                connections
                        + scene.config().downstreams().values().stream()
                                .mapToLong(DownstreamConfig::connections)
                                .sum()
                        + OWN_FILES;
        if (limit.getAsLong() < wanted) {
            return Finding.warning(
                    name(),
                    whose
                            + limit.getAsLong()
                            + " files and needs up to "
                            + wanted
                            + " for limits.connections: "
                            + connections,
                    "under load it can neither accept nor deliver any more; raise the limit or"
                            + " lower limits.connections",
                    "systemctl edit postern   # [Service] LimitNOFILE=262144");
        }
        return Finding.ok(name(), whose + limit.getAsLong() + " files and needs up to " + wanted);
    }

    private static OptionalLong ofThisProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? OptionalLong.of(os.getMaxFileDescriptorCount())
                : OptionalLong.empty();
    }
}
