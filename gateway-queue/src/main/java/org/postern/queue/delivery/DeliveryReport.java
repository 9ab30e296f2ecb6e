package org.postern.queue.delivery;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Recipient;

/**
 * What one attempt came to.
 *
 * @param outcomes one outcome for every recipient of the request, in its order
 * @param peer who was spoken to, such as {@code store.example[192.0.2.7]:24}; the downstream's name
 *     where nobody was reached
 * @param trouble where the attempt as a whole broke off, or null where the downstream answered for
 *     each recipient: a circuit breaker counts these, a recipient's 5yz is none
 * @param tls protocol and cipher of the connection, or null where it was not encrypted
 * @param dsnPassedOn whether the downstream took over the DSN parameters (RFC 3461, 5.2.1); where
 *     it did not, a NOTIFY=SUCCESS is ours to answer with "relayed"
 * @param elapsed how long the attempt took
 */
public record DeliveryReport(
        Map<Recipient, RecipientOutcome> outcomes,
        String peer,
        @Nullable Step trouble,
        @Nullable String tls,
        boolean dsnPassedOn,
        Duration elapsed) {
    public DeliveryReport {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
    }

    /** Whether every recipient was delivered. */
    public boolean allDelivered() {
        return outcomes.values().stream().allMatch(o -> o instanceof RecipientOutcome.Delivered);
    }

    /** Whether any recipient may have got the message although it counts as deferred. */
    public boolean maybeDelivered() {
        return outcomes.values().stream()
                .anyMatch(o -> o instanceof RecipientOutcome.Deferred d && d.maybeDelivered());
    }
}
