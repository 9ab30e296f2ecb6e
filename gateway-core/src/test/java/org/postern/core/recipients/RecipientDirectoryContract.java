package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;

/** What every source of recipients holds to. */
abstract class RecipientDirectoryContract {
    /** A source that knows exactly these addresses. */
    abstract RecipientDirectory directory(List<EmailAddress> known) throws Exception;

    /** Whether the source can say that an address does not exist. */
    boolean knowsWhoIsNot() {
        return true;
    }

    private RecipientDirectory alice() throws Exception {
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
    void saysUnknownOfAnyOther() throws Exception {
        assumeTrue(knowsWhoIsNot());
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
        assumeTrue(knowsWhoIsNot());
        assertThat(directory(List.of()).lookup(EmailAddress.of("alice@example.test")))
                .isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void hasANameForMetrics() throws Exception {
        assertThat(alice().name()).matches("[a-z-]+");
    }
}
