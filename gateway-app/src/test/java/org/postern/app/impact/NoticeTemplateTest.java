package org.postern.app.impact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;

class NoticeTemplateTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00Z");

    private static NoticeTemplate.Gaps gaps() {
        return new NoticeTemplate.Gaps(
                EmailAddress.of("ann@example.test"),
                3,
                AT,
                AT.plusSeconds(3_600),
                "mx.example.test");
    }

    @Test
    void gapsAreFilledAndTheNoticeSaysThatNobodyWroteIt() throws Exception {
        String notice =
                NoticeTemplate.parse(
                                """
                                Subject: ${count} messages for you

                                Dear ${recipient},
                                from ${first} to ${last}.
                                """)
                        .sample(gaps(), AT);
        assertThat(notice)
                .contains(
                        "From: Postmaster <postmaster@example.test>\n",
                        "To: <ann@example.test>\n",
                        "Subject: 3 messages for you\n",
                        "Auto-Submitted: auto-generated\n",
                        "Dear ann@example.test,\n",
                        "from 2026-11-22 10:00 UTC to 2026-11-22 11:00 UTC.\n")
                .containsPattern("Message-ID: <[-0-9a-f]+@mx.example.test>");
    }

    @Test
    void aTemplateWithoutSubjectOrWithAnUnknownGapIsRefusedInWords() {
        assertThatThrownBy(() -> NoticeTemplate.parse("From: a@example.test\n\ntext"))
                .hasMessageContaining("no Subject");
        assertThatThrownBy(() -> NoticeTemplate.parse("Subject: x\n\n${name}"))
                .hasMessageContaining("${recipient}");
        assertThatThrownBy(() ->
                        NoticeTemplate.parse(
                                """
                                Subject: x
                                Bcc: a@b.example

                                text\
                                """))
                .hasMessageContaining("Subject, From and Reply-To");
        assertThatThrownBy(() -> NoticeTemplate.parse("Subject: x\nno empty line"))
                .hasMessageContaining("empty line");
    }
}
