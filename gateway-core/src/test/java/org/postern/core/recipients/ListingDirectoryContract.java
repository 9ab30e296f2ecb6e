package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;

/** What every source of recipients holds to that can say of an address that it does not exist. */
abstract class ListingDirectoryContract extends RecipientDirectoryContract {
    @Test
    void saysUnknownOfAnyOther() throws Exception {
        for (String other :
                List.of(
                        "bob@example.test",
                        "alic@example.test",
                        "alicee@example.test",
                        "alice@example.org",
                        "alice@mx.example.test",
                        "alice@[192.0.2.1]",
                        "\"\"@example.test",
                        "\"alice@example.test\"@example.test")) {
            assertThat(alice().lookup(EmailAddress.of(other)))
                    .as(other)
                    .isEqualTo(RecipientLookup.Unknown.INSTANCE);
        }
    }

    @Test
    void anEmptySourceKnowsNobody() throws Exception {
        assertThat(directory(List.of()).lookup(EmailAddress.of("alice@example.test")))
                .isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }
}
