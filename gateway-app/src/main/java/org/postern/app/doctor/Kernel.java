package org.postern.app.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Two questions to the Linux kernel that Java has no words for: adjtimex(2) with nothing to adjust,
 * and statvfs(3). Elsewhere, or where a sandbox forbids the call, the answer is empty.
 */
final class Kernel {
    private static final int TIMEX_BYTES = 208;
    private static final int STATVFS_BYTES = 128;
    private static final long TIMEX_FREQUENCY = 16;
    private static final long TIMEX_MAX_ERROR = 24;
    private static final long TIMEX_ESTIMATED_ERROR = 32;
    private static final long TIMEX_STATUS = 40;
    private static final long STATVFS_FILES = 40;
    private static final long STATVFS_FILES_AVAILABLE = 56;
    private static final int STA_UNSYNC = 0x40;
    private static final int TIME_ERROR = 5;
    private static final double FREQUENCY_UNIT = 65_536.0;

    private Kernel() {}

    /**
     * What the kernel thinks of its clock.
     *
     * @param synchronised whether a time daemon disciplines it
     * @param estimatedErrorMicros the error that the daemon estimates, microseconds
     * @param maxErrorMicros the largest error there can be, microseconds; grows while nobody
     *     disciplines
     * @param drift by how much the oscillator is corrected, parts per million
     */
    record Clock(
            boolean synchronised, long estimatedErrorMicros, long maxErrorMicros, double drift) {}

    /**
     * The inodes of a file system.
     *
     * @param all how many there are; 0 where the file system does not count them
     * @param available how many an ordinary user may still use
     */
    record Inodes(long all, long available) {}

    /** The clock's state. */
    static Optional<Clock> clock() {
        FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
        Optional<MethodHandle> adjtimex = function("adjtimex", type);
        if (adjtimex.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(TIMEX_BYTES, 8); // zeroed: modes 0 adjusts nothing
            int state = (int) adjtimex.get().invokeExact(timex);
            if (state < 0) {
                return Optional.empty();
            }
            int status = timex.get(ValueLayout.JAVA_INT, TIMEX_STATUS);
            return Optional.of(
                    new Clock(
                            state != TIME_ERROR && (status & STA_UNSYNC) == 0,
                            timex.get(ValueLayout.JAVA_LONG, TIMEX_ESTIMATED_ERROR),
                            timex.get(ValueLayout.JAVA_LONG, TIMEX_MAX_ERROR),
                            timex.get(ValueLayout.JAVA_LONG, TIMEX_FREQUENCY) / FREQUENCY_UNIT));
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex", e);
        }
    }

    /** The inodes of the file system that holds a path. */
    static Optional<Inodes> inodes(Path path) {
        FunctionDescriptor type =
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        Optional<MethodHandle> statvfs = function("statvfs", type);
        if (statvfs.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STATVFS_BYTES, 8);
            int failed = (int) statvfs.get().invokeExact(arena.allocateFrom(path.toString()), stat);
            return failed != 0
                    ? Optional.empty()
                    : Optional.of(
                            new Inodes(
                                    stat.get(ValueLayout.JAVA_LONG, STATVFS_FILES),
                                    stat.get(ValueLayout.JAVA_LONG, STATVFS_FILES_AVAILABLE)));
        } catch (Throwable e) {
            throw new IllegalStateException("statvfs", e);
        }
    }

    /** A function of the C library, where its structures are laid out as above (LP64). */
    @SuppressWarnings("restricted") // the launcher allows native access; the signatures stand above
    private static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
        boolean known =
                System.getProperty("os.name").equals("Linux")
                        && Set.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
        return known
                ? Linker.nativeLinker()
                        .defaultLookup()
                        .find(name)
                        .map(address -> Linker.nativeLinker().downcallHandle(address, type))
                : Optional.empty();
    }
}
