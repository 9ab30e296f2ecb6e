package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DotLinesTest {
    /** The definition, octet by octet. */
    private static boolean plainly(byte[] block, int offset, int length, byte before) {
        for (int i = offset; i < offset + length; i++) {
            byte last = i == offset ? before : block[i - 1];
            if (last == '\n' && block[i] == '.') {
                return true;
            }
        }
        return false;
    }

    @Test
    void saysWhatALookAtEachOctetSaysWhereverTheDotStands() {
        Random random = new Random(1);
        byte[] alphabet = {'.', '\n', '\r', 'x', '/', '-', (byte) 0xae, 0};
        int found = 0;
        for (int round = 0; round < 200_000; round++) {
            byte[] block = new byte[random.nextInt(40)];
            for (int i = 0; i < block.length; i++) {
                block[i] = alphabet[random.nextInt(random.nextInt(4) == 0 ? 8 : 7)];
                // mostly none: few dots
                block[i] = random.nextInt(3) == 0 ? block[i] : (byte) 'a';
            }
            int offset = block.length == 0 ? 0 : random.nextInt(block.length);
            int length = random.nextInt(block.length - offset + 1);
            byte before = random.nextBoolean() ? (byte) '\n' : (byte) 'x';
            boolean expected = plainly(block, offset, length, before);
            assertThat(DotLines.in(block, offset, length, before)).isEqualTo(expected);
            found += expected ? 1 : 0;
        }
        assertThat(found).isBetween(1_000, 100_000);
    }
}
