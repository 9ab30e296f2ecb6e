package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Evidence;

class EvidenceJsonTest {
    private static String of(String... authors) {
        Evidence one = Events.evidence(AuthResult.NONE, AuthResult.NONE, "192.0.2.7", authors[0]);
        Verdicts v = one.verdicts();
        DmarcResult dmarc =
                new DmarcResult(
                        AuthResult.NONE,
                        authors[0],
                        null,
                        null,
                        null,
                        DmarcResult.Policy.NONE,
                        List.of(),
                        "dmarc.none.no-record",
                        List.of(),
                        List.of(authors));
        return EvidenceJson.of(
                new Evidence(
                        new Verdicts(v.spf(), v.heloSpf(), v.iprev(), v.dkim(), v.arc(), dmarc),
                        one.checked(),
                        one.explanation(),
                        List.of(),
                        List.of()),
                new int[0]);
    }

    @Test
    void severalAuthorsAreAllNamedAndOneIsNamedOnce() {
        assertThat(of("a.example", "b.example"))
                .contains("\"author_domain\":\"a.example\"")
                .contains("\"author_domains\":[\"a.example\",\"b.example\"]");
        assertThat(of("a.example")).doesNotContain("author_domains");
    }
}
