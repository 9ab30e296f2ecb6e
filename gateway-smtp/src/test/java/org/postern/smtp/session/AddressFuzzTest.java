package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;

/** The address parser: what it takes, it gives back, and what is refused has a printable reason. */
class AddressFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void aPathIsTakenWholeOrRefusedWithAReason(FuzzedDataProvider data) throws Exception {
        String text = "<" + data.consumeRemainingAsString();
        ParsedPath path;
        try {
            path = ParsedPath.parse(text);
        } catch (InvalidAddressException e) {
            assertThat(e.getMessage()).matches("[\\x20-\\x7e]+");
            assertThat(e.position()).isBetween(0, text.length());
            return;
        }
        assertThat(text.charAt(path.end() - 1)).isEqualTo('>');
        EmailAddress address = path.address();
        if (address != null) {
            assertThat(EmailAddress.parse(address.toString())).isEqualTo(address);
        }
    }
}
