package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReasonFieldTest {
    @Test
    void saysWhatBecameOfTheMessageAndWhy() {
        assertThat(ReasonField.of("tagged", "dmarc", "dmarc.fail.spf-fail.dkim-none"))
                .isEqualTo(
                        String.join(
                                " ",
                                "X-Postern-Reason: tagged;",
                                "rule=dmarc;",
                                "reason=dmarc.fail.spf-fail.dkim-none\r\n"));
    }

    @Test
    void staysOneBoundedLine() {
        String field = ReasonField.of("accepted", "a\r\nb; c", "x".repeat(5_000));
        assertThat(field).startsWith("X-Postern-Reason: accepted; rule=a??b??c; reason=x");
        assertThat(field).hasSizeLessThan(400).endsWith("x\r\n");
    }
}
