package org.postern.app.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.lists.ListKind;

class ListRoutesTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, true, CLIENT",
        "192.0.2.0/24, true, CLIENT",
        "2001:db8::1, true, CLIENT",
        "a/b@example.org, false, SENDER",
        "\"a:b\"@example.org, false, SENDER",
        "example.org, false, SENDER_DOMAIN",
    })
    void onlyANetworkIsTakenForOneWhateverALocalPartIsMadeOf(
            String value, boolean network, ListKind kind) {
        assertThat(ListRoutes.isNetwork(value)).isEqualTo(network);
        assertThat(ListRoutes.kind("", value)).isEqualTo(kind);
    }
}
