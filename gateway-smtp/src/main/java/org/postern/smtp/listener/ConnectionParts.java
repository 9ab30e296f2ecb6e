package org.postern.smtp.listener;

import java.util.function.Supplier;
import org.postern.core.config.Limits;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.admission.Admission;
import org.postern.smtp.admission.OverloadController;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.tls.TlsContexts;

/**
 * What every connection needs, whichever listener it came in by.
 *
 * @param limits the current limits
 * @param networks the current networks
 * @param hostname our name
 * @param tls the certificates
 * @param handler the gateway
 * @param time clocks
 * @param metrics what is counted
 * @param admission who gets in
 * @param overload whether there is room
 * @param registry who is in
 */
record ConnectionParts(
        Supplier<Limits> limits,
        Supplier<NetworksConfig> networks,
        String hostname,
        TlsContexts tls,
        SessionHandler handler,
        TimeSource time,
        SmtpMetrics metrics,
        Admission admission,
        OverloadController overload,
        ConnectionRegistry registry) {}
