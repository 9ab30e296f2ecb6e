package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation names is there. */
class DocumentationTest {
    private static final Pattern TEST = Pattern.compile("\\b[A-Z][A-Za-z0-9]+(?:Test|Contract)\\b");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Set<String> classes =
                Tree.files(f -> f.toString().endsWith(".java")).stream()
                        .map(f -> f.getFileName().toString().replace(".java", ""))
                        .collect(Collectors.toSet());
        assertThat(found(TEST, 0)).isNotEmpty().allMatch(named -> classes.contains(named.what));
    }

    @Test
    void everyLinkToAFileLeadsToOne() throws IOException {
        assertThat(found(LINK, 1))
                .isNotEmpty()
                .allMatch(named -> Files.exists(named.where.resolveSibling(named.what)));
    }

    @Test
    void everyPackageStandsInTheArchitecture() throws IOException {
        String text = Files.readString(Tree.ROOT.resolve("docs/architecture.md"));
        Set<String> packages = new TreeSet<>();
        Path main = Path.of("src/main/java/org/postern");
        for (Path file : Tree.files(f -> f.endsWith("package-info.java"))) {
            String path = file.getParent().toString();
            int begin = path.indexOf(main.toString());
            if (begin >= 0) {
                String name = path.substring(begin + main.toString().length());
                packages.add(name.replaceFirst("^/", "").replace('/', '.'));
            }
        }
        // a module's outermost package is the module itself
        packages.removeIf(name -> !name.contains("."));
        assertThat(packages)
                .hasSizeGreaterThan(30)
                .allMatch(name -> text.contains("`" + name + "`"));
    }

    private static List<Named> found(Pattern pattern, int group) throws IOException {
        return Tree.files(f -> f.toString().endsWith(".md")).stream()
                .flatMap(file ->
                        pattern.matcher(read(file))
                                .results()
                                .map(m -> new Named(file, m.group(group))))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    private record Named(Path where, String what) {}
}
