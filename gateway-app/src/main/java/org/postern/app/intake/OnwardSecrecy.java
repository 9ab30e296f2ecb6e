package org.postern.app.intake;

import java.net.InetAddress;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.net.Ip;

/**
 * Whether REQUIRETLS can be honoured (RFC 8689, 4.1): the whole way onward, for every domain that
 * we take mail for, is TLS to a verified peer or stays on this machine. It is offered before the
 * recipient is known, so one downstream in plain text is enough not to offer it. Pure.
 */
final class OnwardSecrecy {
    private OnwardSecrecy() {}

    static boolean isKeptBy(PosternConfig config) {
        for (DomainConfig domain : config.domains().values()) {
            DownstreamConfig downstream = config.downstreams().get(domain.downstream());
            if (downstream == null || !isPrivate(downstream)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrivate(DownstreamConfig downstream) {
        return switch (downstream.target()) {
            case DownstreamConfig.Target.Maildir ignored -> true;
            case DownstreamConfig.Target.LmtpUnix ignored -> true;
            case DownstreamConfig.Target.Lmtp lmtp ->
                    isThisMachine(lmtp.host()) || isVerified(downstream);
            // the next server must promise the same, which shows when it is asked (RFC 8689, 4.2.1)
            case DownstreamConfig.Target.Smtp ignored -> isVerified(downstream);
        };
    }

    private static boolean isVerified(DownstreamConfig downstream) {
        return downstream.tls() == DownstreamConfig.Tls.REQUIRED;
    }

    private static boolean isThisMachine(String host) {
        try {
            InetAddress address = Ip.parse(host);
            return address.isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name: what it leads to may change
        }
    }
}
