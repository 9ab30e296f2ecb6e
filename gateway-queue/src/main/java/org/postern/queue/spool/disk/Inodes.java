package org.postern.queue.spool.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The inodes of a file system, asked of {@code statvfs(3)}, which Java does not offer. Known on
 * 64-bit Linux alone. Thread-safe.
 *
 * @param all how many there are; 0 where the file system makes them as it needs them
 * @param available how many an ordinary user may still use
 */
public record Inodes(long all, long available) {
    /** {@code struct statvfs} on 64-bit Linux: eleven words of 8 octets in glibc and in musl. */
    private static final int STRUCT_BYTES = 112;

    private static final int FILES_AT = 40;
    private static final int AVAILABLE_AT = 56;
    private static final Optional<MethodHandle> STATVFS = statvfs();

    @SuppressWarnings("restricted") // one function of libc; the launcher grants native access
    private static Optional<MethodHandle> statvfs() {
        boolean known =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")
                        && Set.of("amd64", "aarch64").contains(System.getProperty("os.arch", ""));
        if (!known) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("statvfs")
                .map(address ->
                        linker.downcallHandle(
                                address,
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.ADDRESS)));
    }

    /**
     * Those of the file system that holds a path; empty where this system cannot be asked.
     *
     * @throws IOException if it cannot say, as for a path that is not there
     */
    public static Optional<Inodes> of(Path path) throws IOException {
        if (STATVFS.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(STRUCT_BYTES, Long.BYTES);
            int failed =
                    (int) STATVFS.get().invokeExact(arena.allocateFrom(path.toString()), result);
            if (failed != 0) {
                throw new IOException("statvfs cannot look at " + path);
            }
            return Optional.of(
                    new Inodes(
                            result.get(ValueLayout.JAVA_LONG, FILES_AT),
                            result.get(ValueLayout.JAVA_LONG, AVAILABLE_AT)));
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("statvfs cannot be called", e);
        }
    }

    /** Whether there is a number of them that can be used up. */
    public boolean areCounted() {
        return all != 0;
    }
}
