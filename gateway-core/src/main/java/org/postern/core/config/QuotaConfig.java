package org.postern.core.config;

/**
 * What one domain may have waiting, part {@code quota} of a domain. Beyond it new recipients of
 * that domain alone get 452, so that a backup MX whose primary is away for days does not fill the
 * spool.
 *
 * @param messages most messages that wait; 0 is no limit
 * @param bytes most octets of content that wait; 0 is no limit
 */
public record QuotaConfig(long messages, long bytes) {
    /** No limit. */
    public static final QuotaConfig NONE = new QuotaConfig(0, 0);

    /** Whether nothing is limited. */
    public boolean isUnlimited() {
        return messages == 0 && bytes == 0;
    }
}
