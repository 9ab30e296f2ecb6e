package org.postern.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsCheckTest {
    @Test
    void readsAllDigitsOfAKernelSetting(@TempDir Path folder) throws IOException {
        // pid_max has at least five digits on every Linux
        Path setting = Path.of("/proc/sys/kernel/pid_max");
        assertThat(
                        LimitsCheck.kernelNumber(
                                Files.exists(setting)
                                        ? setting
                                        : Files.writeString(folder.resolve("x"), "32768\n")))
                .isGreaterThanOrEqualTo(32_768);
    }

    @Test
    void saysThatAnEmptySettingIsNoNumber(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThatThrownBy(() -> LimitsCheck.kernelNumber(empty))
                .isInstanceOf(NumberFormatException.class);
    }
}
