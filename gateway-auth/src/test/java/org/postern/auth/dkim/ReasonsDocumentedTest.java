package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.postern.auth.arc.ArcReason;

class ReasonsDocumentedTest {
    @Test
    void everyReasonStandsInTheIndexOfStandards() throws IOException {
        Path index = Path.of(System.getProperty("postern.root", ".."), "docs", "rfc.md");
        String text = Files.readString(index);
        for (DkimReason reason : DkimReason.values()) {
            assertThat(text).contains("`" + reason.code() + "`");
        }
        for (ArcReason reason : ArcReason.values()) {
            assertThat(text).contains("`" + reason.code() + "`");
        }
    }
}
