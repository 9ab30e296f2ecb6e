package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;

/** What every source of recipients holds to; one that says who is not there, to more. */
abstract class RecipientDirectoryContract {
    /** A source that knows exactly these addresses. */
    abstract RecipientDirectory directory(List<EmailAddress> known) throws Exception;

    /** A source that knows two. */
    final RecipientDirectory alice() throws Exception {
        return directory(
                List.of(
                        EmailAddress.of("alice@example.test"),
                        EmailAddress.of("\"john doe\"@example.test")));
    }

    private static void isKnownAsItself(RecipientDirectory directory, String text) {
        EmailAddress address = EmailAddress.of(text);
        assertThat(directory.lookup(address))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k -> {
                            assertThat(k.targets()).containsExactly(address);
                            assertThat(k.source()).isNotBlank();
                        });
    }

    @Test
    void knowsAListedAddress() throws Exception {
        isKnownAsItself(alice(), "alice@example.test");
    }

    @Test
    void knowsItWithoutRegardToCaseAndLeavesItAsItWasWritten() throws Exception {
        isKnownAsItself(alice(), "ALICE@Example.TEST");
    }

    @Test
    void knowsAQuotedLocalPart() throws Exception {
        isKnownAsItself(alice(), "\"John Doe\"@example.test");
    }

    @Test
    void hasANameForMetrics() throws Exception {
        assertThat(alice().name()).matches("[a-z-]+");
    }
}
