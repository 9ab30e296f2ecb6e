package org.postern.queue.spool;

/** Which due entries are claimed first. */
public enum ClaimOrder {
    /** By queue id. */
    OLDEST_FIRST,
    /** Those that were never tried, then the others; each by queue id. */
    FRESH_FIRST
}
