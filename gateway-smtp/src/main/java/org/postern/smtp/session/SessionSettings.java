package org.postern.smtp.session;

import java.time.Duration;
import org.postern.core.config.Limits;

/**
 * What holds for one session from beginning to end.
 *
 * @param hostname our name
 * @param limits the limits
 * @param greetDelay how long the client must be silent before the greeting; zero: not at all
 * @param startTls whether STARTTLS may be offered while in plain text
 * @param xclient whether the client may name another by XCLIENT
 */
public record SessionSettings(
        String hostname, Limits limits, Duration greetDelay, boolean startTls, boolean xclient) {}
