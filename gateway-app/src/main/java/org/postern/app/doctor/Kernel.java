package org.postern.app.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.Set;

/**
 * A question to the Linux kernel that Java has no words for: adjtimex(2) with nothing to adjust.
 * Elsewhere, or where a sandbox forbids the call, the answer is empty.
 */
final class Kernel {
    private static final int TIMEX_BYTES = 208;
    private static final long TIMEX_FREQUENCY = 16;
    private static final long TIMEX_MAX_ERROR = 24;
    private static final long TIMEX_ESTIMATED_ERROR = 32;
    private static final long TIMEX_STATUS = 40;
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
