package org.postern.smtp.session;

import java.time.Duration;
import java.util.Optional;
import org.postern.core.config.Limits;

/**
 * What holds for one session from beginning to end.
 *
 * @param hostname our name, where the visit does not say another
 * @param limits the limits
 * @param greetDelay how long the client must be silent before the greeting; zero: not at all
 * @param startTls whether STARTTLS may be offered while in plain text
 * @param xclient where the client may name another by XCLIENT: who lets that one in; empty: it may
 *     not
 */
public record SessionSettings(
        String hostname,
        Limits limits,
        Duration greetDelay,
        boolean startTls,
        Optional<Entrance> xclient) {}
