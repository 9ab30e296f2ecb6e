package org.postern.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads {@code lists.named}: lists of one's own, each a name and one file or several. */
final class NamedListsReader {
    private NamedListsReader() {}

    /** The files of each list, in the order of the configuration; what is wrong is noted. */
    static Map<String, List<FileReference>> read(
            Section lists, PathResolver paths, ProblemCollector problems) {
        Map<String, List<FileReference>> named = new LinkedHashMap<>();
        lists.section("named")
                .ifPresent(section -> {
                    for (YamlNode.Entry entry : section.all()) {
                        if (isName(entry, problems)) {
                            named.put(entry.key(), files(entry, paths, problems));
                        }
                    }
                });
        return named;
    }

    private static boolean isName(YamlNode.Entry entry, ProblemCollector problems) {
        if (ListsConfig.BUILT_IN.contains(entry.key())) {
            problems.error(
                    entry.keyPlace(),
                    entry.key() + " is the name of the lists of lists." + entry.key());
            return false;
        }
        boolean good = entry.key().matches("[a-z][a-z0-9-]{0,39}");
        if (!good) {
            problems.error(
                    entry.keyPlace(),
                    "the name of a list must be up to 40 small letters, digits and hyphens, found "
                            + ValueType.shortened(entry.key()));
        }
        return good;
    }

    private static List<FileReference> files(
            YamlNode.Entry entry, PathResolver paths, ProblemCollector problems) {
        Section one =
                Section.of(
                        "lists.named",
                        new YamlNode.Mapping(entry.keyPlace(), List.of(entry)),
                        problems);
        Key<String> key = Keys.namedList(entry.key());
        List<FileReference> files =
                one.list(key).stream().flatMap(p -> paths.resolve(p).stream()).toList();
        if (files.isEmpty()) {
            problems.error(entry.value().place(), "list " + entry.key() + " names no file");
        }
        return files;
    }
}
