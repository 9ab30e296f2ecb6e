package org.postern.core.recipients;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.time.ManualTimeSource;

/** A source whose lists a test writes, and the folder that its last good list is kept in. */
abstract class SyncedDirectoryFixture {
    static final RecipientSourceConfig.Http CONFIG =
            new RecipientSourceConfig.Http(
                    URI.create("https://people.example/list.json"),
                    null,
                    null,
                    null,
                    new RecipientSourceConfig.Sync(
                            Duration.ofMinutes(15), Duration.ofSeconds(10), '+', null));

    @TempDir Path folder;
    final ManualTimeSource time = new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    Set<Domain> hosted = Set.of(Domain.of("example.test"));
    RecipientFeed feed = sink -> {};

    SyncedDirectory synced() {
        return new SyncedDirectory(
                CONFIG, sink -> feed.fetch(sink), folder, () -> 0.1, () -> hosted, time);
    }

    static RecipientFeed listing(List<String> addresses) {
        return sink -> {
            for (String address : addresses) {
                sink.recipient(address);
            }
        };
    }

    static List<String> people(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user" + i + "@example.test").toList();
    }

    static RecipientLookup ask(RecipientDirectory directory, String address) {
        return directory.lookup(EmailAddress.of(address));
    }

    static Recipients whole(SyncedDirectory directory) {
        return new Recipients(Map.of(Domain.of("example.test"), directory));
    }
}
