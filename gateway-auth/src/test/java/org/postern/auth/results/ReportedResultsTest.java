package org.postern.auth.results;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportedResultsTest {
    @Test
    void results_and_properties_are_read() {
        ReportedResults r =
                ReportedResults.parse(
                        " mx.example.net 1;\r\n spf=pass (ok; dkim=pass) smtp.mailfrom=a@b.example;"
                                + " dkim/1 = FAIL reason=\"bad; dkim=pass\" header.d=b.example;"
                                + " dmarc=none");
        assertThat(r.authservId()).isEqualTo("mx.example.net");
        assertThat(r.results()).hasSize(3);
        assertThat(r.says("spf", "pass")).isTrue();
        assertThat(r.says("dkim", "fail")).isTrue();
        assertThat(r.says("dkim", "pass")).isFalse();
        assertThat(r.results().get(1).properties())
                .containsEntry("reason", "bad; dkim=pass")
                .containsEntry("header.d", "b.example");
        assertThat(r.says("dmarc", "none")).isTrue();
    }

    @Test
    void no_result_and_nonsense_give_none() {
        assertThat(ReportedResults.parse("mx.example.net; none").results()).isEmpty();
        assertThat(ReportedResults.parse("").results()).isEmpty();
        assertThat(ReportedResults.parse(";=;=;;\"").results()).isEmpty();
        assertThat(ReportedResults.parse("(").authservId()).isEmpty();
    }
}
