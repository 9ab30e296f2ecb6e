package org.postern.core.snapshot;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.postern.core.config.PosternConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.Recipients;

/**
 * One configuration in force. A session pins it at its beginning and keeps it to its end.
 *
 * @param revision counts up from 1 with each one put into force
 * @param loaded when it was read, for people
 * @param config the configuration file
 * @param lists the list files it names
 * @param recipients the recipients of its domains
 * @param policy the rules
 */
public record Snapshot(
        long revision,
        Instant loaded,
        PosternConfig config,
        AccessLists lists,
        Recipients recipients,
        PolicyEngine policy) {

    /**
     * The same with the added entries as they stand on disk now.
     *
     * @param data the data directory that they lie in
     * @param time the clock by which entries and rules expire
     * @param problems receives what is wrong with their files
     */
    public Snapshot withAdded(Path data, InstantSource time, ProblemCollector problems) {
        return withLists(lists.withAdded(data, problems), time);
    }

    /**
     * The same with other lists.
     *
     * @param time the clock by which rules expire
     */
    public Snapshot withLists(AccessLists others, InstantSource time) {
        return new Snapshot(
                revision,
                loaded,
                config,
                others,
                recipients,
                PolicyEngine.of(config, others, time));
    }

    /** The same with other recipients. */
    public Snapshot withRecipients(Recipients others) {
        return new Snapshot(revision, loaded, config, lists, others, policy);
    }
}
