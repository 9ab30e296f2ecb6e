package org.postern.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.DmarcResult;
import tools.jackson.databind.json.JsonMapper;

class RecordedVerdictsTest {
    private static DmarcResult dmarc(String json) {
        return RecordedVerdicts.of(
                        JsonMapper.builder().build().readTree("{\"dmarc\":" + json + "}"))
                .dmarc();
    }

    @Test
    void everyAuthorOfTheRecordIsReadBack() {
        DmarcResult several =
                dmarc(
                        """
                        {"result":"none","reason":"dmarc.none.no-record","author_domain":"b.example",
                         "author_domains":["a.example","b.example"]}\
                        """);
        assertThat(several.authorDomain()).isEqualTo("b.example");
        assertThat(several.authorDomains()).isEqualTo(List.of("a.example", "b.example"));
    }

    @Test
    void aRecordThatNamesOneAuthorOrNoneHasNoFurtherOnes() {
        assertThat(dmarc("{\"result\":\"none\",\"author_domain\":\"a.example\"}").authorDomains())
                .containsExactly("a.example");
        assertThat(dmarc("{\"result\":\"permerror\"}").authorDomains()).isEmpty();
    }
}
