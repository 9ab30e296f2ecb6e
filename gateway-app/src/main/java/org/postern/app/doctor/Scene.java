package org.postern.app.doctor;

import java.util.List;
import java.util.Optional;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * What the checks are given.
 *
 * @param config the configuration as it stands on disk
 * @param configFile what to type after {@code --config}
 * @param dns a client of the configured resolvers
 * @param daemon the running gateway, if it answered
 * @param time both clocks
 * @param deadline when the examination ends
 * @param options what the caller asked for besides
 */
public record Scene(
        PosternConfig config,
        String configFile,
        DnsClient dns,
        DaemonView daemon,
        TimeSource time,
        Deadline deadline,
        Options options) {

    /**
     * What cannot be known from the configuration.
     *
     * @param blockLists zones of DNS block lists to ask
     * @param timeServer an NTP server to compare the clock with
     */
    public record Options(List<String> blockLists, Optional<String> timeServer) {
        public Options {
            blockLists = List.copyOf(blockLists);
        }
    }

    /** A budget of questions up to the end of the examination. */
    public DnsBudget budget() {
        return DnsBudget.until(deadline);
    }

    /** A command of ours with this configuration. */
    public String postern(String command) {
        return "postern " + command + " --config " + configFile;
    }
}
