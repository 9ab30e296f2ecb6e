package org.postern.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What may import what, docs/architecture.md. The rules are built for a root package, so that the
 * same rule that guards {@code org.postern} can be shown a seeded violation below another root.
 */
final class HouseRules {
    private static final String[] PROTOCOL_LIBRARIES = {
        "org.subethamail..",
        "org.xbill..",
        "org.apache.james..",
        "jakarta.mail..",
        "org.eclipse.angus..",
        "com.unboundid..",
        "org.eclipse.jetty.."
    };

    private HouseRules() {}

    /** Every rule by its sentence. */
    static Map<String, ArchRule> below(String root) {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("smtp imports no sibling", imports(root, "smtp", "auth", "queue", "app"));
        rules.put("auth imports no sibling", imports(root, "auth", "smtp", "queue", "app"));
        rules.put("queue imports no sibling", imports(root, "queue", "smtp", "auth", "app"));
        rules.put(
                "core imports nothing of the house",
                imports(root, "core", "smtp", "auth", "queue", "app"));
        rules.put(
                "core imports no protocol library",
                noClasses()
                        .that(resideInAPackage(root + ".core.."))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(PROTOCOL_LIBRARIES)));
        rules.put(
                "core opens no socket",
                noClasses()
                        .that(resideInAPackage(root + ".core.."))
                        .should()
                        .dependOnClassesThat(SOCKETS));
        rules.put(
                "core asks no name service",
                noClasses()
                        .that(resideInAPackage(root + ".core.."))
                        .should()
                        .callMethodWhere(A_LOOK_UP));
        rules.put(
                "SubEthaSMTP stays in the listener",
                only(root, "smtp.listener", "org.subethamail"));
        rules.put("dnsjava stays in auth.dns", only(root, "auth.dns", "org.xbill"));
        rules.put(
                "jSPF and jDKIM stay in the second opinion",
                only(root, "auth.secondopinion", "org.apache.james"));
        rules.put("Jetty stays in the app", only(root, "app", "org.eclipse.jetty"));
        rules.put("UnboundID stays in app.directory", only(root, "app.directory", "com.unboundid"));
        rules.put("SQLite stays in app.journal", only(root, "app.journal", "org.sqlite"));
        rules.put(
                "an IPv6 address is written as RFC 5952 says, by Ip.text",
                noClasses()
                        .that(resideInAPackage(root + ".."))
                        .should()
                        .callMethod(InetAddress.class, "getHostAddress"));
        rules.put("picocli stays in the app", only(root, "app", "picocli"));
        rules.put(
                "no package depends on one that depends on it",
                slices().matching(root + ".(**)").should().beFreeOfCycles());
        return rules;
    }

    private static ArchRule imports(String root, String from, String... others) {
        String[] packages =
                Arrays.stream(others).map(o -> root + "." + o + "..").toArray(String[]::new);
        return noClasses()
                .that(resideInAPackage(root + "." + from + ".."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(packages))
                .allowEmptyShould(true);
    }

    private static ArchRule only(String root, String home, String library) {
        return noClasses()
                .that(
                        resideInAPackage(root + "..")
                                .and(not(resideInAPackage(root + "." + home + ".."))))
                .should()
                .dependOnClassesThat(resideInAPackage(library + ".."));
    }

    private static final DescribedPredicate<JavaClass> SOCKETS =
            nameMatching(
                            "java\\.net\\.(.*Socket|.*URLConnection|http\\..*)|javax\\.net\\..*"
                                + "|java\\.nio\\.channels\\.(.*SocketChannel|DatagramChannel|Selector)")
                    .<JavaClass>forSubtype()
                    .as("sockets");

    // an address is read with InetAddress.ofLiteral or getByAddress, which ask nobody
    private static final DescribedPredicate<JavaCall<?>> A_LOOK_UP =
            target(
                            owner(
                                    DescribedPredicate.<JavaClass>describe(
                                            "InetAddress",
                                            c -> c.isAssignableTo(InetAddress.class))))
                    .and(
                            target(
                                    nameMatching(
                                            "getByName|getAllByName|getLocalHost|getHostName"
                                                    + "|getCanonicalHostName|isReachable")))
                    .as("a question to a name service");
}
