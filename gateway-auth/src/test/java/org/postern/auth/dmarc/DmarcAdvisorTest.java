package org.postern.auth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.authres.Advice.Action;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.DmarcResult.Policy;
import org.postern.core.config.AuthenticationConfig.DmarcReject;

class DmarcAdvisorTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list.example; dmarc=pass header.from=victim.example | ACCEPT",
                "list.example; dmarc=pass (p=REJECT) header.from=Victim.Example | ACCEPT",
                "list.example; dmarc=pass action=none header.from=victim.example | ACCEPT",
                "list.example; dmarc=pass header.from=attack.example | REJECT",
                "list.example; dmarc=pass header.from=sub.victim.example | REJECT",
                "list.example; dmarc=pass | REJECT",
                "list.example; dmarc=fail header.from=victim.example | REJECT",
                "list.example; dmarc=fail header.from=victim.example; dmarc=pass header.from=x.y |"
                        + " REJECT",
                "list.example; spf=pass header.from=victim.example | REJECT",
            })
    void a_trusted_sealer_overrides_for_the_author_that_it_saw_pass(String sealed, Action action) {
        ArcResult arc =
                new ArcResult(AuthResult.PASS, 1, List.of("list.example"), 0, sealed, "arc.pass");
        DmarcResult failed =
                new DmarcResult(
                        AuthResult.FAIL,
                        "victim.example",
                        "victim.example",
                        "victim.example",
                        Policy.REJECT,
                        Policy.REJECT,
                        List.of(),
                        "dmarc.fail.spf-fail.dkim-none",
                        List.of());
        DmarcAdvisor advisor = new DmarcAdvisor(List.of(), DmarcReject.REJECT);
        assertThat(advisor.advise(failed, arc).action()).isEqualTo(action);
    }
}
