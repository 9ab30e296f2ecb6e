package org.postern.core.recipients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

class TextFileDirectoryTest extends ListingDirectoryContract {
    @TempDir Path directory;

    @Override
    RecipientDirectory directory(List<EmailAddress> known) throws IOException {
        Path file = directory.resolve("recipients.txt");
        Files.writeString(
                file,
                known.stream()
                        .map(EmailAddress::toString)
                        .collect(Collectors.joining("\n", "# ours\n\n", "\n")));
        Set<Domain> ours = Set.of(Domain.of("example.test"));
        return RecipientFileReader.read(
                new FileReference(file, file, Place.start(file)),
                ours,
                ours,
                Optional.empty(),
                new ProblemCollector());
    }
}
