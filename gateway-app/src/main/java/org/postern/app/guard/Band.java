package org.postern.app.guard;

/**
 * What share is usual, learned from the intervals gone by: an exponentially weighted mean and
 * deviation. Not thread-safe.
 */
final class Band {
    /** Weight of the newest interval: about a day of five-minute intervals is remembered. */
    private static final double WEIGHT = 0.01;

    /** Within the first intervals the mean is the plain one. */
    private static final int WARM_UP = 12;

    private static final double DEVIATIONS = 4;

    /** A share this much above the mean is never called unusual, however still it has been. */
    private static final double LEAST_RISE = 0.10;

    private int intervals;
    private double mean;
    private double variance;

    /** One interval more. */
    void learn(double share) {
        intervals++;
        double weight = Math.max(WEIGHT, 1.0 / intervals);
        double difference = share - mean;
        mean += weight * difference;
        variance = (1 - weight) * (variance + weight * difference * difference);
    }

    /** Whether enough was seen to say what is usual. */
    boolean knows() {
        return intervals >= WARM_UP;
    }

    /** The share above which it is unusual; of what is not known yet, {@code unknown}. */
    double upper(double unknown) {
        return knows() ? mean + Math.max(LEAST_RISE, DEVIATIONS * Math.sqrt(variance)) : unknown;
    }

    /** The usual share. */
    double mean() {
        return mean;
    }
}
