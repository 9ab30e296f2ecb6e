package org.postern.core.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads section {@code dnsbl}. */
final class DnsblReader {
    /** The most lists: each costs a question a session. */
    private static final int MAX_LISTS = 32;

    private final ProblemCollector problems;

    DnsblReader(ProblemCollector problems) {
        this.problems = problems;
    }

    DnsblConfig read(Section s) {
        int threshold = s.orDefault(DnsblKeys.THRESHOLD);
        RuleConfig.Mode mode = s.orDefault(DnsblKeys.MODE);
        Duration deadline = s.positive(DnsblKeys.DEADLINE);
        Duration selfTest = s.positive(DnsblKeys.SELF_TEST_EVERY);
        List<DnsListConfig> lists = new ArrayList<>();
        s.entry("lists")
                .map(YamlNode.Entry::value)
                .ifPresent(value -> {
                    if (value instanceof YamlNode.Sequence list) {
                        readAll(list, lists);
                    } else if (!(value instanceof YamlNode.Scalar n && n.isNull())) {
                        problems.error(
                                value.place(),
                                "dnsbl.lists must be a list of lists, found " + value.kind());
                    }
                });
        s.finish();
        int most = lists.stream().mapToInt(l -> Math.max(0, l.weight())).sum();
        if (!lists.isEmpty() && most < threshold) {
            problems.warning(
                    s.placeOf(DnsblKeys.THRESHOLD),
                    "dnsbl.threshold "
                            + threshold
                            + " is never reached: all lists together weigh "
                            + most);
        }
        return new DnsblConfig(threshold, mode, deadline, selfTest, lists);
    }

    private void readAll(YamlNode.Sequence list, List<DnsListConfig> lists) {
        if (list.items().size() > MAX_LISTS) {
            problems.error(list.place(), "dnsbl.lists has more than " + MAX_LISTS + " lists");
            return;
        }
        Map<String, Place> names = new HashMap<>();
        for (YamlNode item : list.items()) {
            Section s = Section.of("dnsbl.lists", item, problems);
            one(s, names).ifPresent(lists::add);
        }
    }

    private Optional<DnsListConfig> one(Section s, Map<String, Place> names) {
        Optional<String> name = s.one(DnsblKeys.NAME);
        Optional<Domain> zone = s.one(DnsblKeys.ZONE);
        Set<Subject> ask = EnumSet.noneOf(Subject.class);
        ask.addAll(s.values(DnsblKeys.ASK));
        if (ask.isEmpty()) {
            ask.add(Subject.CLIENT);
        }
        int weight = s.orDefault(DnsblKeys.WEIGHT);
        List<CodePattern> codes = s.values(DnsblKeys.CODES);
        boolean selfTest = s.orDefault(DnsblKeys.SELF_TEST);
        s.finish();
        for (CodePattern code : codes) {
            String text = code.toString();
            if (text.startsWith("127.255.255.")) {
                problems.warning(
                        s.placeOf(DnsblKeys.CODES),
                        text
                                + " counts for nobody: by 127.255.255.0/24 a list says that it"
                                + " refuses to answer");
            } else if (text.equals("127.0.0.1") && weight > 0) {
                problems.warning(
                        s.placeOf(DnsblKeys.CODES),
                        "by 127.0.0.1 most lists say that they refuse to answer, and then everybody"
                                + " would be listed");
            }
        }
        Place place = s.placeOf(DnsblKeys.NAME);
        name.map(n -> names.putIfAbsent(n, place))
                .ifPresent(first ->
                        problems.error(
                                place,
                                "list " + name.get() + " stands already in line " + first.line()));
        if (ask.contains(Subject.CLIENT) && ask.size() > 1) {
            problems.error(
                    s.placeOf(DnsblKeys.ASK),
                    "a list has addresses or names, not both: ask for client alone, or for some of"
                            + " helo, sender, author");
        }
        if (name.isEmpty() || zone.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new DnsListConfig(
                        name.get(),
                        zone.get(),
                        ask,
                        weight,
                        codes.isEmpty() ? List.of(CodePattern.ANY) : codes,
                        selfTest));
    }
}
