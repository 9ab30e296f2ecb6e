package org.postern.app.telemetry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The log of what became of mail: one line per outcome, logger {@code mail}. Each value is also a
 * key-value pair, so that the JSON file can be asked without parsing text.
 */
public final class MailLog {
    private static final Logger LOG = LoggerFactory.getLogger("mail");

    private LoggingEventBuilder event;
    private final StringBuilder text;

    private MailLog(LoggingEventBuilder event, String what) {
        this.event = event.addKeyValue("event", what);
        this.text = new StringBuilder(200).append(what);
    }

    /** Begins a line of level info: {@code accepted}, {@code refused}, {@code delivered}, … */
    public static MailLog event(String what) {
        return new MailLog(LOG.atInfo(), what);
    }

    /** Begins a line of level warn, for what somebody should look at. */
    public static MailLog warning(String what) {
        return new MailLog(LOG.atWarn(), what);
    }

    /**
     * Adds a pair; text with blanks is quoted for people, what cannot be seen becomes {@code ?}.
     */
    public MailLog with(String key, Object value) {
        event = event.addKeyValue(key, value);
        String plain = printable(String.valueOf(value));
        text.append(' ').append(key).append('=');
        if (plain.isEmpty() || plain.chars().anyMatch(Character::isSpaceChar)) {
            text.append('"').append(plain.replace('"', '\'')).append('"');
        } else {
            text.append(plain);
        }
        return this;
    }

    private static String printable(String s) {
        StringBuilder out = null;
        for (int i = 0; i < s.length(); i++) {
            if (isUnseen(s.charAt(i))) {
                if (out == null) {
                    out = new StringBuilder(s);
                }
                out.setCharAt(i, '?');
            }
        }
        return out == null ? s : out.toString();
    }

    /**
     * Whether it ends a line, turns text round or cannot be seen: lines would say what is not so.
     */
    private static boolean isUnseen(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }

    /** Writes the line. */
    public void log() {
        event.log(text.toString());
    }
}
