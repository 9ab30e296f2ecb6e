package org.postern.auth.spf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.TestDns;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads test suites in the YAML format of the SPF project. */
final class SpfSuite {
    private static final List<String> TYPES = List.of("TXT", "A", "AAAA", "MX", "PTR");

    private SpfSuite() {}

    /**
     * One case.
     *
     * @param results what may come out
     * @param explanation what must be explained, "DEFAULT" for nothing, or "" for unchecked
     */
    record Case(
            String name,
            String helo,
            String host,
            String mailFrom,
            Set<String> results,
            String explanation,
            TestDns dns) {}

    static List<Case> read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        List<Case> cases = new ArrayList<>();
        LoadSettings settings = LoadSettings.builder().setAllowDuplicateKeys(true).build();
        for (Object document : new Load(settings).loadAllFromString(text)) {
            Map<?, ?> map = (Map<?, ?>) document;
            Map<?, ?> tests = (Map<?, ?>) map.get("tests");
            for (Map.Entry<?, ?> test : tests.entrySet()) {
                Map<?, ?> t = (Map<?, ?>) test.getValue();
                if (t.containsKey("skip")) {
                    continue;
                }
                cases.add(
                        new Case(
                                String.valueOf(test.getKey()),
                                text(t.get("helo")),
                                text(t.get("host")),
                                text(t.get("mailfrom")),
                                results(t.get("result")),
                                text(t.get("explanation")),
                                zone((Map<?, ?>) map.get("zonedata"))));
            }
        }
        return cases;
    }

    private static String text(Object value) {
        return value == null ? "" : String.valueOf(value);
    }

    private static Set<String> results(Object value) {
        Set<String> out = new HashSet<>();
        for (Object r : value instanceof List<?> list ? list : List.of(value)) {
            out.add(String.valueOf(r).toLowerCase(Locale.ROOT));
        }
        return out;
    }

    private static TestDns zone(Map<?, ?> data) {
        TestDns dns = TestDns.of();
        for (Map.Entry<?, ?> node : data.entrySet()) {
            String name = String.valueOf(node.getKey());
            if (DnsName.parse(name).isEmpty()) {
                continue;
            }
            List<?> entries = (List<?>) node.getValue();
            boolean ownTxt =
                    entries.stream()
                            .anyMatch(e -> e instanceof Map<?, ?> m && m.containsKey("TXT"));
            Set<String> answered = new HashSet<>();
            dns.empty(name);
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> m) {
                    Map.Entry<?, ?> e = m.entrySet().iterator().next();
                    String type = String.valueOf(e.getKey());
                    if (type.equals("SPF")) {
                        if (ownTxt) {
                            continue;
                        }
                        type = "TXT";
                    }
                    record(dns, name, type, e.getValue(), answered);
                } else {
                    for (String type : TYPES) {
                        if (!answered.contains(type)) {
                            dns.timeout(name, type); // "TIMEOUT": all that no entry answered
                        }
                    }
                }
            }
        }
        return dns;
    }

    private static void record(
            TestDns dns, String name, String type, Object value, Set<String> answered) {
        if ("TIMEOUT".equals(type) || "SERVFAIL".equals(type)) {
            dns.trouble(name, "*", DnsAnswer.Reason.SERVFAIL);
            return;
        }
        if ("TIMEOUT".equals(value)) {
            dns.timeout(name, type);
            return;
        }
        if ("NONE".equals(value)) {
            return;
        }
        answered.add(type);
        switch (type) {
            case "TXT" -> {
                StringBuilder joined = new StringBuilder();
                for (Object s : value instanceof List<?> list ? list : List.of(value)) {
                    joined.append(s);
                }
                dns.txt(name, joined.toString().getBytes(StandardCharsets.ISO_8859_1));
            }
            case "A" -> dns.a(name, String.valueOf(value));
            case "AAAA" -> dns.aaaa(name, String.valueOf(value));
            case "PTR" -> dns.ptrAt(name, String.valueOf(value));
            case "CNAME" -> dns.cname(name, host(value));
            case "MX" -> {
                List<?> mx = (List<?>) value;
                dns.mx(name, ((Number) mx.get(0)).intValue(), host(mx.get(1)));
            }
            default -> throw new IllegalArgumentException("record type " + type);
        }
    }

    private static String host(Object value) {
        return String.valueOf(value).isEmpty() ? "." : String.valueOf(value);
    }
}
