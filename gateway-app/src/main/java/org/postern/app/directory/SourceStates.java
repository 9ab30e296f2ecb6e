package org.postern.app.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.app.directory.RemoteDirectories.View;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.core.time.TimeSource;

/** How the sources of recipients are, in the words of the status and of alerts. Thread-safe. */
public final class SourceStates {
    /** A list that was read longer ago is stale; the rule for Prometheus has the same figure. */
    public static final Duration STALE = Duration.ofHours(4);

    private final RemoteDirectories directories;
    private final RecipientFiles files;
    private final TimeSource time;

    /** The states of these sources. */
    public SourceStates(RemoteDirectories directories, RecipientFiles files, TimeSource time) {
        this.directories = directories;
        this.files = files;
        this.time = time;
    }

    /** Every source over the network, and the files that are not as they should be. */
    public List<GatewayState.Helper> helpers() {
        return Stream.concat(
                        directories.status().stream().map(this::helper),
                        files.status().stream()
                                .filter(file -> !file.words().isEmpty())
                                .map(SourceStates::helper))
                .toList();
    }

    private static GatewayState.Helper helper(RecipientFiles.View file) {
        return new GatewayState.Helper(
                "recipient file", file.path().toString(), false, file.words());
    }

    private GatewayState.Helper helper(View view) {
        boolean well =
                isLoaded(view)
                        && view.error().isEmpty()
                        && view.refused() == 0
                        && view.without().isEmpty();
        return new GatewayState.Helper("recipients", view.name(), well, detail(view));
    }

    private String detail(View view) {
        StringBuilder words = new StringBuilder();
        if (!isLoaded(view)) {
            words.append("NEVER LOADED, who is in no other source");
            words.append(
                    view.standIn().isEmpty()
                            ? ""
                            : ", nor in the last list of " + view.standIn() + ",");
            words.append(" gets 451");
        } else if (isCallout(view)) {
            words.append(view.entries()).append(" answers remembered");
        } else {
            words.append(view.entries()).append(" recipients, read ").append(ago(view.good()));
        }
        if (view.refused() > 0 && isCallout(view)) {
            words.append("; NOT BELIEVED: ").append(view.error());
        } else if (view.refused() > 0) {
            words.append("; REFUSED: a newer list would take away ")
                    .append(view.refused())
                    .append(" of them (postern recipients status)");
        } else if (!view.error().isEmpty()) {
            words.append("; TROUBLE: ").append(view.error());
        }
        if (!view.without().isEmpty()) {
            words.append("; NOBODY of ").append(String.join(", ", view.without()));
            words.append(": their mail is refused (550) unless another source has them");
        }
        return words.toString();
    }

    private String ago(@Nullable Instant at) {
        return at == null ? "never" : Human.duration(Duration.between(at, time.instant())) + " ago";
    }

    private static boolean isCallout(View view) {
        return view.kind().equals("callout");
    }

    private static boolean isLoaded(View view) {
        return isCallout(view) || view.entries() >= 0;
    }

    /** The lists that wait for a confirmation, or empty. */
    public Optional<String> refused() {
        return joined(
                Stream.concat(
                        directories.status().stream()
                                .filter(view -> view.refused() > 0)
                                .map(view -> loss(view.name(), view.refused())),
                        files.status().stream()
                                .filter(file -> file.refused() > 0)
                                .map(file -> loss(file.path().toString(), file.refused()))));
    }

    private static String loss(String source, int count) {
        return source + " would lose " + count + " recipients";
    }

    private static Optional<String> joined(Stream<String> all) {
        String text = all.collect(Collectors.joining("; "));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** The lists that are old or were never loaded, or empty. */
    public Optional<String> stale() {
        return joined(
                Stream.concat(
                        directories.status().stream()
                                .filter(this::isStale)
                                .map(view -> view.name() + ": " + detail(view)),
                        files.status().stream()
                                .filter(file -> file.served() && isOld(file.lastGood()))
                                .map(file -> file.path() + ": " + file.words())));
    }

    private boolean isStale(View view) {
        if (isCallout(view)) {
            return false;
        }
        Instant read = view.good();
        return read == null || isOld(read);
    }

    private boolean isOld(Instant read) {
        return Duration.between(read, time.instant()).compareTo(STALE) > 0;
    }
}
