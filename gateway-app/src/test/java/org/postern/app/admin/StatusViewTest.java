package org.postern.app.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.app.state.GatewayState.Part;

class StatusViewTest {
    private static final Part SPOOL = new Part("spool", true, "");

    @Test
    void theFirstLineSaysThatMailIsTakenWhereAClockOrTheRelayAloneIsNotWell() {
        for (String name : List.of("clock", "relay")) {
            assertThat(StatusView.mail(List.of(SPOOL, new Part(name, false, "why"))))
                    .isEqualTo("taking mail, NOT ALL OF IT IS WELL");
        }
        assertThat(StatusView.mail(List.of(SPOOL))).isEqualTo("taking mail");
    }

    @Test
    void theFirstLineSaysThatNoMailIsTakenWhereAnyOtherPartIsNotWell() {
        for (String name : List.of("listeners", "spool", "disk", "overload")) {
            assertThat(
                            StatusView.mail(
                                    List.of(
                                            new Part("clock", false, "stepped"),
                                            new Part(name, false, "why"))))
                    .isEqualTo("NOT TAKING MAIL");
        }
    }
}
