package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.TimeSource;

/** What a reload leaves of the watch over DNS lists; nobody answers its tests. */
class DnsListPartsTest {
    @TempDir Path folder;

    private final Metrics metrics = new Metrics();
    private final DnsListParts parts = new DnsListParts(TimeSource.system(), metrics);

    @AfterEach
    void close() {
        parts.close();
        metrics.close();
    }

    private PosternConfig config(String list, String resolver) throws IOException {
        String more =
                """
                dnsbl: { threshold: 5, lists: [{ name: %s, zone: none.test, weight: 5 }] }
                dns: { servers: %s }
                """
                        .formatted(list, resolver);
        return SmallSite.snapshot(folder, TimeSource.system(), more, "postmaster@example.test")
                .config();
    }

    private String scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aReloadWithTheSameResolversEndsNoQuestionThatIsUnderWay() throws IOException {
        parts.activate(config("a", "127.0.0.1:1"));
        CachingDnsClient asked = parts.dns();
        parts.activate(config("b", "127.0.0.1:1"));
        assertThat(parts.dns()).isSameAs(asked);
        parts.activate(config("b", "127.0.0.2:1"));
        assertThat(parts.dns()).isNotSameAs(asked);
    }

    @Test
    void aListThatNoConfigurationNamesAnyMoreLeavesNoSeries() throws IOException {
        parts.activate(config("a", "127.0.0.1:1"));
        assertThat(scrape()).contains("postern_dnsbl_list_up{list=\"a\"}");
        parts.activate(config("b", "127.0.0.1:1"));
        assertThat(scrape())
                .contains("postern_dnsbl_list_up{list=\"b\"}")
                .doesNotContain("list=\"a\"");
        parts.activate(config("a", "127.0.0.1:1"));
        assertThat(scrape()).contains("postern_dnsbl_list_up{list=\"a\"} 0.0");
    }
}
