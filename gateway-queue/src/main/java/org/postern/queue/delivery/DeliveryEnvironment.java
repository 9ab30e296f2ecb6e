package org.postern.queue.delivery;

import org.postern.core.mail.Domain;
import org.postern.core.time.TimeSource;

/**
 * What the relay client needs from outside.
 *
 * @param hostname our name in EHLO and LHLO, and in Maildir file names
 * @param time both clocks
 * @param resolver finds a downstream's addresses
 * @param dns answers questions for MX and TLSA
 */
public record DeliveryEnvironment(
        Domain hostname, TimeSource time, HostResolver resolver, DeliveryDns dns) {

    /** Without MX and TLSA: what needs them is deferred. */
    public DeliveryEnvironment(Domain hostname, TimeSource time, HostResolver resolver) {
        this(hostname, time, resolver, DeliveryDns.NONE);
    }

    /** The machine's clock and resolver. */
    public static DeliveryEnvironment system(Domain hostname) {
        return new DeliveryEnvironment(hostname, TimeSource.system(), HostResolver.system());
    }
}
