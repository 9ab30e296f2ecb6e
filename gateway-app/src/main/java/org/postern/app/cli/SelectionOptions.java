package org.postern.app.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The grammar by which entries are selected, the same for every command. */
public final class SelectionOptions {
    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "envelope sender; @example.org is a whole domain")
    private List<String> from = List.of();

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            description = "recipient; @example.net is a whole domain")
    private List<String> to = List.of();

    @Option(names = "--client", paramLabel = "CIDR", description = "client address or network")
    private List<String> client = List.of();

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "recipient's domain")
    private List<String> domains = List.of();

    @Option(
            names = "--verdict",
            paramLabel = "METHOD=RESULT",
            description =
                    "such as dmarc=fail; of the journal also observed=RULE, what a rule in mode"
                            + " observe would have hit (observed=any)")
    private List<String> verdicts = List.of();

    @Option(
            names = "--reason",
            paramLabel = "CODE",
            description = "reason code, its beginning up to a dot, or a rule's name")
    private List<String> reasons = List.of();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "of the queue queued, deferred, held or trash; of the journal accepted, tagged,"
                            + " quarantined, rejected or deferred")
    private List<String> states = List.of();

    @Option(
            names = "--since",
            paramLabel = "AGE",
            description = "accepted within this time, such as 2h, or since a moment")
    private List<String> since = List.of();

    @Option(names = "--until", paramLabel = "AGE", description = "accepted before this")
    private List<String> until = List.of();

    @Option(names = "--older-than", paramLabel = "AGE", description = "older than this")
    private List<String> olderThan = List.of();

    @Option(
            names = "--size-over",
            paramLabel = "SIZE",
            description = "larger than this, such as 10MB")
    private List<String> sizeOver = List.of();

    @Option(names = "--id", paramLabel = "ID", description = "queue id")
    private List<String> ids = List.of();

    /** The options that were given, without their dashes, with their values. */
    Map<String, List<String>> values() {
        Map<String, List<String>> options = new LinkedHashMap<>();
        options.put("from", from);
        options.put("to", to);
        options.put("client", client);
        options.put("domain", domains);
        options.put("verdict", verdicts);
        options.put("reason", reasons);
        options.put("state", states);
        options.put("since", since);
        options.put("until", until);
        options.put("older-than", olderThan);
        options.put("size-over", sizeOver);
        options.put("id", ids);
        options.values().removeIf(List::isEmpty);
        return options;
    }

    /** The query parameters that say the same. */
    String query() {
        StringBuilder out = new StringBuilder();
        values().forEach((option, values) -> {
            // in the interface of HTTP, "reason" is why the operator does it
            String name = option.equals("reason") ? "reason-code" : option;
            for (String value : values) {
                out.append('&').append(name).append('=');
                out.append(Daemon.encode(value));
            }
        });
        return out.toString();
    }
}
