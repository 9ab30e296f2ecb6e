package org.postern.app.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.recipients.CalloutDirectory;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientProbe;
import org.postern.core.recipients.SyncedDirectory;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recipient sources over the network as the data directory has kept them, for who looks at a
 * configuration beside the gateway: last good lists and the memories of call-outs are read, nobody
 * is asked and nothing is written. What was never kept can say nothing. Reads files; no exception.
 */
public final class KeptDirectories {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final String NOBODY = "nobody is asked here";

    private KeptDirectories() {}

    /** The snapshot with its sources answered from what its data directory has kept of them. */
    public static Snapshot bind(Snapshot snapshot, TimeSource time) {
        Path folder = RemoteDirectories.folder(snapshot.config().data());
        Set<Domain> hosted = snapshot.config().domains().keySet();
        double maxRemoval = snapshot.config().recipients().maxRemoval();
        Map<RecipientSourceConfig.Remote, RecipientDirectory> read = new HashMap<>();
        return snapshot.withRecipients(
                snapshot.recipients()
                        .bound(config ->
                                read.computeIfAbsent(
                                        config,
                                        c ->
                                                switch (c) {
                                                    case RecipientSourceConfig.Synced synced ->
                                                            new SyncedDirectory(
                                                                    synced,
                                                                    KeptDirectories::unasked,
                                                                    folder,
                                                                    () -> maxRemoval,
                                                                    () -> hosted,
                                                                    time);
                                                    case RecipientSourceConfig.Callout callout ->
                                                            remembered(
                                                                    callout,
                                                                    folder,
                                                                    maxRemoval,
                                                                    time);
                                                })));
    }

    private static void unasked(RecipientFeed.Sink sink) throws RecipientFeed.FeedException {
        throw new RecipientFeed.FeedException(NOBODY);
    }

    /** Who exists is remembered as long as while the store is away: it cannot be asked. */
    private static RecipientDirectory remembered(
            RecipientSourceConfig.Callout config, Path folder, double maxRemoval, TimeSource time) {
        CalloutDirectory directory =
                new CalloutDirectory(
                        config,
                        (address, longest) -> new RecipientProbe.Answer.Unclear(NOBODY, false),
                        folder,
                        () -> maxRemoval,
                        time);
        try {
            directory.load();
        } catch (IOException e) {
            LOG.warn("{}: what was remembered cannot be read: {}", config.name(), e.getMessage());
        }
        return directory;
    }
}
