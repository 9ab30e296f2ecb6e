package org.postern.core.config;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;

/** Reads {@code relay}, {@code notifications} and each domain's {@code quota}. */
final class RelayReader {
    private final ProblemCollector problems;

    RelayReader(ProblemCollector problems) {
        this.problems = problems;
    }

    RelayConfig relay(Section s) {
        RelayConfig relay =
                new RelayConfig(
                        s.orDefault(RelayKeys.CUT_THROUGH), s.positive(RelayKeys.CUT_THROUGH_WAIT));
        s.finish();
        return relay;
    }

    /**
     * Reads the section.
     *
     * @param downstreams those of the file, by name
     */
    NotificationsConfig notifications(Section s, Map<String, DownstreamConfig> downstreams) {
        String downstream = s.one(RelayKeys.NOTIFICATIONS_DOWNSTREAM).orElse("");
        if (!downstream.isEmpty() && !isSmtp(downstreams.get(downstream))) {
            problems.error(
                    s.placeOf(RelayKeys.NOTIFICATIONS_DOWNSTREAM),
                    "notifications.downstream must name an entry of downstreams with a uri of"
                            + " smtp:// or smtps://, which relays to everybody");
        }
        Optional<EmailAddress> postmaster = s.one(RelayKeys.NOTIFICATIONS_POSTMASTER);
        NotificationsConfig notifications =
                new NotificationsConfig(
                        s.orDefault(RelayKeys.NOTIFICATIONS_ENABLED),
                        postmaster.orElse(null),
                        s.orDefault(RelayKeys.NOTIFICATIONS_PER_HOUR),
                        s.orDefault(RelayKeys.NOTIFICATIONS_PER_SENDER),
                        s.orDefault(RelayKeys.NOTIFICATIONS_SUCCESSES),
                        s.orDefault(RelayKeys.NOTIFICATIONS_DELAYS),
                        s.positive(RelayKeys.NOTIFICATIONS_DELAY_AFTER),
                        downstream);
        s.finish();
        return notifications;
    }

    private static boolean isSmtp(@Nullable DownstreamConfig config) {
        return config != null && config.target() instanceof DownstreamConfig.Target.Smtp;
    }

    static QuotaConfig quota(Section s) {
        QuotaConfig quota =
                new QuotaConfig(
                        s.orDefault(RelayKeys.QUOTA_MESSAGES), s.orDefault(RelayKeys.QUOTA_BYTES));
        s.finish();
        return quota;
    }
}
