package org.postern.app.intake;

import java.net.InetAddress;
import java.util.stream.Stream;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.net.Ip;
import org.postern.core.recipients.Handling;
import org.postern.core.snapshot.Snapshot;

/**
 * Whether REQUIRETLS can be honoured (RFC 8689, 4.1): the whole way onward, for every domain and
 * recipient that we take mail for, is TLS to a verified peer or stays on this machine. It is
 * offered before the recipient is known, so one downstream in plain text is enough not to offer it.
 * Pure.
 */
final class OnwardSecrecy {
    private OnwardSecrecy() {}

    static boolean isKeptBy(Snapshot snapshot) {
        PosternConfig config = snapshot.config();
        Stream<String> ofDomains = config.domains().values().stream().map(DomainConfig::downstream);
        Stream<String> ofRecipients =
                snapshot.recipients().handlings().stream()
                        .map(Handling::downstream)
                        .flatMap(Stream::ofNullable);
        return Stream.concat(ofDomains, ofRecipients)
                .allMatch(name -> {
                    DownstreamConfig downstream = config.downstreams().get(name);
                    return downstream != null && isPrivate(downstream);
                });
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
            InetAddress address = Ip.parseScoped(host);
            return address.isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name: what it leads to may change
        }
    }
}
