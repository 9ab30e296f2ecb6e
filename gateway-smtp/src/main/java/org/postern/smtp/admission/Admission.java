package org.postern.smtp.admission;

import java.util.function.Supplier;
import org.postern.core.config.Limits;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;

/** x. */
public final class Admission {
    /** x. */
    public Admission(
            Supplier<Limits> limits,
            OverloadController overload,
            TimeSource time,
            SmtpMetrics metrics) {}
}
