package org.postern.app.text;

import java.time.Duration;
import java.util.Locale;

/** Sizes and durations as a tired person reads them. */
public final class Human {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

    private Human() {}

    /** Octets, in steps of 1,024: {@code 512 B}, {@code 10.0 KB}. */
    public static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /**
     * A duration by its two largest units: {@code 12s}, {@code 5m 3s}, {@code 4h 10m}, {@code 3d
     * 2h}.
     */
    public static String duration(Duration duration) {
        long s = Math.max(0, duration.toSeconds());
        if (s < 60) {
            return s + "s";
        }
        if (s < 3_600) {
            return s / 60 + "m" + (s % 60 == 0 ? "" : " " + s % 60 + "s");
        }
        if (s < 86_400) {
            return s / 3_600 + "h" + (s % 3_600 < 60 ? "" : " " + s % 3_600 / 60 + "m");
        }
        return s / 86_400 + "d" + (s % 86_400 < 3_600 ? "" : " " + s % 86_400 / 3_600 + "h");
    }

    /** A text cut to {@code width} characters, padded on its right. */
    public static String cell(String text, int width) {
        if (text.length() > width) {
            return text.substring(0, width - 1) + "…";
        }
        return text + " ".repeat(width - text.length());
    }

    /** Text for a terminal or log: control characters become {@code ?}. */
    public static String printable(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                if (out == null) {
                    out = new StringBuilder(text);
                }
                out.setCharAt(i, '?');
            }
        }
        return out == null ? text : out.toString();
    }
}
