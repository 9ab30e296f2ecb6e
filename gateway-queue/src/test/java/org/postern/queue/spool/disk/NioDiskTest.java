package org.postern.queue.spool.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NioDiskTest {
    @TempDir private Path folder;

    @Test
    void countsFreeInodesAsTheSystemDoes() throws Exception {
        long free = Disk.real().usableInodes(folder);
        Process df = new ProcessBuilder("df", "--output=iavail", folder.toString()).start();
        String said =
                new String(
                                df.getInputStream().readAllBytes(),
                                java.nio.charset.StandardCharsets.US_ASCII)
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow()
                        .trim();
        if (said.equals("-") || said.equals("0")) {
            assertThat(free).isEqualTo(Long.MAX_VALUE);
        } else {
            // others make files meanwhile
            assertThat(free)
                    .isBetween(Long.parseLong(said) - 10_000, Long.parseLong(said) + 10_000);
        }
        assertThatThrownBy(() -> Disk.real().usableInodes(folder.resolve("nowhere")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void tellsHowManyInodesThereAreAndWhereTheyAreNotCounted() throws Exception {
        assertThat(Inodes.of(Path.of("/proc"))).isPresent();
        assertThat(Inodes.of(folder))
                .hasValueSatisfying(i -> assertThat(i.available()).isBetween(0L, i.all()));
        assertThatThrownBy(() -> Inodes.of(folder.resolve("absent")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent");
        assertThat(new Inodes(0, 0).areCounted()).isFalse();
        assertThat(new Inodes(1, 0).areCounted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {3 << 20, 1 << 20, 12_345, 1})
    void makesAFileOfZerosOfAnySizeThatCanBeWrittenTo(int octets) throws Exception {
        Path file = folder.resolve("zeros");
        Disk.real().createZeroed(file, octets);
        assertThat(Files.readAllBytes(file)).isEqualTo(new byte[octets]);
        try (DiskFile open = Disk.real().open(file, true)) {
            open.write(ByteBuffer.wrap(new byte[] {7}), octets - 1);
            open.force(false);
        }
        assertThat(Files.readAllBytes(file)).endsWith(new byte[] {7}).hasSize(octets);
        assertThatThrownBy(() -> Disk.real().createZeroed(folder.resolve("no/where"), octets))
                .isInstanceOf(IOException.class);
    }

    @Test
    void givesScratchMemoryWithoutLeavingAFile() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = Disk.real().scratch(folder, 1 << 20, arena);
            assertThat(memory.byteSize()).isEqualTo(1 << 20);
            assertThat(memory.get(ValueLayout.JAVA_LONG, (1 << 20) - 8)).isZero();
            memory.set(ValueLayout.JAVA_LONG, 0, 7);
            assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }
        assertThat(Disk.isScratch(Path.of("/x/scratch-123.tmp"))).isTrue();
        assertThat(Disk.isScratch(Path.of("/x/spool.id"))).isFalse();
    }
}
