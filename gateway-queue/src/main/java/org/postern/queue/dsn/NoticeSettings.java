package org.postern.queue.dsn;

/**
 * What is sent at all, section {@code notifications}.
 *
 * @param failures whether failures are told
 * @param delays whether delays are told
 * @param successes whether NOTIFY=SUCCESS is answered
 * @param perHour notices in one hour, all senders; 0: none
 * @param perSender notices in one hour to one sender; 0: none
 */
public record NoticeSettings(
        boolean failures, boolean delays, boolean successes, int perHour, int perSender) {
    public NoticeSettings {
        if (perHour < 0 || perSender < 0) {
            throw new IllegalArgumentException("a budget is not negative");
        }
    }

    /** Failures and asked-for successes; no delays; 200 an hour, 5 to one sender. */
    public static NoticeSettings defaults() {
        return new NoticeSettings(true, false, true, 200, 5);
    }
}
