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

/**
 * Free inodes by {@code statvfs(3)}, which Java does not offer. Known on 64-bit Linux alone;
 * elsewhere, and on file systems that make inodes as they need them, there are enough.
 */
final class FreeInodes {
    /** {@code struct statvfs} on 64-bit Linux: eleven words of 8 octets in glibc and in musl. */
    private static final int STRUCT_BYTES = 112;

    private static final int FILES_AT = 40;
    private static final int AVAILABLE_AT = 56;
    private static final Optional<MethodHandle> STATVFS = statvfs();

    private FreeInodes() {}

    @SuppressWarnings("restricted") // one function of libc; the launcher grants native access
    private static Optional<MethodHandle> statvfs() {
        String arch = System.getProperty("os.arch", "");
        boolean known =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")
                        && (arch.equals("amd64") || arch.equals("aarch64"));
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

    static long in(Path directory) throws IOException {
        if (STATVFS.isEmpty()) {
            return Long.MAX_VALUE;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(STRUCT_BYTES, Long.BYTES);
            int failed =
                    (int)
                            STATVFS.get()
                                    .invokeExact(arena.allocateFrom(directory.toString()), result);
            if (failed != 0) {
                throw new IOException("statvfs cannot look at " + directory);
            }
            boolean counts = result.get(ValueLayout.JAVA_LONG, FILES_AT) != 0;
            return counts ? result.get(ValueLayout.JAVA_LONG, AVAILABLE_AT) : Long.MAX_VALUE;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("statvfs cannot be called", e);
        }
    }
}
