package org.postern.app.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.core.config.LogConfig;
import org.slf4j.LoggerFactory;

/**
 * Sets Logback up from the configuration: lines for people on standard output, and where configured
 * one JSON object a line in a file that rolls daily and at 100 MB, 14 days kept. No message body,
 * and no header but what the checks read, is ever logged.
 */
public final class Logging {
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %msg%n%ex{short}";
    private static final String MAX_FILE = "100MB";
    private static final int MAX_DAYS = 14;
    private static final String TOTAL_CAP = "2GB";

    private Logging() {}

    /**
     * Configures the root logger.
     *
     * @throws IOException if the JSON file cannot be written; the message names it
     */
    public static void configure(LogConfig config) throws IOException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(config.level(), Level.INFO));
        // the libraries speak only when something is wrong
        context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
        context.getLogger("org.subethamail").setLevel(Level.WARN);
        context.getLogger("org.xbill").setLevel(Level.WARN);

        PatternLayoutEncoder lines = new PatternLayoutEncoder();
        lines.setContext(context);
        lines.setPattern(PATTERN);
        lines.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setEncoder(lines);
        console.start();
        root.addAppender(console);

        Path file = config.jsonFile();
        if (file != null) {
            root.addAppender(jsonFile(context, file));
        }
    }

    private static FileAppender<ILoggingEvent> jsonFile(LoggerContext context, Path file)
            throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        if (Files.exists(file) ? !Files.isWritable(file) : directory == null) {
            throw new IOException("log.json-file: " + file + " cannot be written");
        }
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setName("json");
        appender.setFile(file.toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(file + ".%d{yyyy-MM-dd}.%i");
        policy.setMaxFileSize(FileSize.valueOf(MAX_FILE));
        policy.setMaxHistory(MAX_DAYS);
        policy.setTotalSizeCap(FileSize.valueOf(TOTAL_CAP));
        policy.start();
        appender.setRollingPolicy(policy);
        appender.setTriggeringPolicy(policy);
        Encoder<ILoggingEvent> encoder = json(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithContext(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.start();
        return encoder;
    }
}
