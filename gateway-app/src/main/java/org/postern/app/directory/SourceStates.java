package org.postern.app.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.app.directory.RemoteDirectories.View;
import org.postern.core.time.TimeSource;

/** How the sources of recipients are, in the words of the status and of alerts. Thread-safe. */
public final class SourceStates {
    /** A list that was read longer ago is stale; the rule for Prometheus has the same figure. */
    private static final Duration STALE = Duration.ofHours(4);

    private final RemoteDirectories directories;
    private final TimeSource time;

    public SourceStates(RemoteDirectories directories, TimeSource time) {
        this.directories = directories;
        this.time = time;
    }

    /** Every source over the network, for the status. */
    public List<GatewayState.Helper> helpers() {
        return directories.status().stream().map(this::helper).toList();
    }

    private GatewayState.Helper helper(View view) {
        boolean well = isLoaded(view) && view.error().isEmpty() && view.refused() == 0;
        return new GatewayState.Helper("recipients", view.name(), well, detail(view));
    }

    private String detail(View view) {
        StringBuilder words = new StringBuilder();
        if (!isLoaded(view)) {
            words.append("NEVER LOADED, who is in no other source gets 451");
        } else if (isCallout(view)) {
            words.append(view.entries()).append(" answers remembered");
        } else {
            words.append(view.entries()).append(" recipients, read ").append(ago(view.good()));
        }
        if (view.refused() > 0) {
            words.append("; REFUSED: a newer list would take away ")
                    .append(view.refused())
                    .append(" of them (postern recipients status)");
        } else if (!view.error().isEmpty()) {
            words.append("; TROUBLE: ").append(view.error());
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

    /** The lists that are old or were never loaded, or empty. */
    public Optional<String> stale() {
        String names =
                directories.status().stream()
                        .filter(this::isStale)
                        .map(view -> view.name() + ": " + detail(view))
                        .collect(Collectors.joining("; "));
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    private boolean isStale(View view) {
        if (isCallout(view)) {
            return false;
        }
        Instant read = view.good();
        return read == null || Duration.between(read, time.instant()).compareTo(STALE) > 0;
    }
}
