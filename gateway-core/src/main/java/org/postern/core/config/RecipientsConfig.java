package org.postern.core.config;

/**
 * Section {@code recipients}: what holds for every source of recipients.
 *
 * @param maxRemoval {@code max-removal}: share of the known recipients, 0 to 1, that one
 *     synchronisation, reload or start may take away unconfirmed; five may always go
 */
public record RecipientsConfig(double maxRemoval) {
    /** How many may always go, however few there are. */
    public static final int ALWAYS = 5;

    /** What holds without the section. */
    public static RecipientsConfig defaults() {
        return new RecipientsConfig(SourceKeys.MAX_REMOVAL.fallbackValue());
    }
}
