package org.postern.app.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MailLogTest {
    @Test
    void whatASenderWritesNeitherEndsNorTurnsNorForgesALine() {
        Logger logger = (Logger) LoggerFactory.getLogger("mail");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO); // whatever another test set for the whole program
        try {
            MailLog.event("refused")
                    .with("from", "<a\r\nb\u0085c\u2028d\u202ee\u200bf\u009b31m@x.test>")
                    .with("to", "<a\u00a0rule=\"accept\"@x.test>")
                    .with("helo", "müller.test")
                    .log();
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
        assertThat(lines.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEqualTo(
                        "refused from=<a??b?c?d?e?f?31m@x.test>"
                                + " to=\"<a\u00a0rule='accept'@x.test>\" helo=müller.test");
    }
}
