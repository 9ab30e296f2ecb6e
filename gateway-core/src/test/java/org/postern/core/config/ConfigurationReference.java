package org.postern.core.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes docs/configuration.md and config/postern.schema.json from the table of keys. */
final class ConfigurationReference {
    private static final Map<String, String> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("", "Top level");
        SECTIONS.put("listeners[]", "`listeners`: a list, each entry");
        SECTIONS.put("tls.certificates[]", "`tls.certificates`: a list, the first is the default");
        SECTIONS.put("domains.*", "`domains`: a mapping, each domain");
        SECTIONS.put(
                "domains.*.recipients",
                "`domains.….recipients`: one mapping or a list of them, asked in order");
        SECTIONS.put("domains.*.quota", "`domains.….quota`: what may wait for one domain");
        SECTIONS.put("domains.*.recipients.ldap", "`domains.….recipients.ldap`");
        SECTIONS.put("domains.*.recipients.sql", "`domains.….recipients.sql`");
        SECTIONS.put("domains.*.recipients.http", "`domains.….recipients.http`");
        SECTIONS.put("domains.*.recipients.callout", "`domains.….recipients.callout`");
        SECTIONS.put("recipients", "`recipients`: what holds for every source");
        SECTIONS.put("downstreams.*", "`downstreams`: a mapping of names, each a URI or a mapping");
        SECTIONS.put("dns", "`dns`");
        SECTIONS.put("limits", "`limits`: what comes from outside is bounded; 0 is no limit");
        SECTIONS.put("networks", "`networks`: who is who around the gateway");
        SECTIONS.put("authentication", "`authentication`: SPF, DKIM, ARC, DMARC");
        SECTIONS.put("authentication.arc-seal", "`authentication.arc-seal`");
        SECTIONS.put("lists", "`lists`: allow and deny");
        SECTIONS.put("policy", "`policy`");
        SECTIONS.put(
                "policy.rules[]",
                "`policy.rules`: a list, the first rule of a stage that applies decides");
        SECTIONS.put(
                "policy.rules[].when",
                "`policy.rules[].when`: every condition must hold; of a list, one value");
        SECTIONS.put("reputation", "`reputation`: what is learned of who sends");
        SECTIONS.put("dnsbl", "`dnsbl`: DNS block and allow lists");
        SECTIONS.put("dnsbl.lists[]", "`dnsbl.lists`: a list, each entry");
        SECTIONS.put("greylisting", "`greylisting`: who is new comes twice");
        SECTIONS.put("scanners.rspamd", "`scanners.rspamd`: asked about each message's content");
        SECTIONS.put("scanners.clamav", "`scanners.clamav`: asked about each message's content");
        SECTIONS.put("spool", "`spool`");
        SECTIONS.put("spool.retry", "`spool.retry`");
        SECTIONS.put("relay", "`relay`");
        SECTIONS.put("notifications", "`notifications`: what senders are told");
        SECTIONS.put("journal", "`journal`: what is kept of what happened");
        SECTIONS.put("alerts", "`alerts`: who is told when something is wrong, without mail");
        SECTIONS.put("alerts.webhooks[]", "`alerts.webhooks`: a list, each entry");
        SECTIONS.put("alerts.heartbeat", "`alerts.heartbeat`: for a dead-man service");
        SECTIONS.put("probe", "`probe`: messages through the front door; without it, none");
        SECTIONS.put("probe.imap", "`probe.imap`: where the good message is looked for");
        SECTIONS.put("admin", "`admin`: HTTP");
        SECTIONS.put("log", "`log`");
    }

    private ConfigurationReference() {}

    static String markdown() {
        StringBuilder out = new StringBuilder(HEAD);
        SECTIONS.forEach((section, title) -> {
            out.append("\n## ").append(title).append("\n\n");
            out.append("| key | value | default | what it is |\n|---|---|---|---|\n");
            for (Key<?> key : Keys.ALL) {
                if (key.section().equals(section)) {
                    out.append(row(key));
                }
            }
            if (section.endsWith(".when")) {
                out.append(POLICY);
            }
            if (section.equals("dnsbl.lists[]")) {
                out.append(DNSBL);
            }
        });
        out.append(LISTS);
        out.append("\n## Sections of later versions\n\n")
                .append(
                        Keys.NOT_YET.stream()
                                .map(k -> "`" + k + "`")
                                .collect(Collectors.joining(", ")))
                .append(
                        ": in this version an error of the file that says so; it is not read and"
                                + " ignored.\n");
        return out.toString();
    }

    private static String row(Key<?> key) {
        String type = key.type().name().replace("|", "\\|");
        String value =
                switch (key.shape()) {
                    case LIST -> type + "; one or a list";
                    case ONE, REQUIRED -> type;
                };
        String fallback =
                switch (key.shape()) {
                    case REQUIRED -> "required";
                    case LIST -> "none";
                    case ONE -> key.fallback().isEmpty() ? "" : "`" + key.fallback() + "`";
                };
        String doc = sentence(key.doc());
        return "| `" + key.name() + "` | " + value + " | " + fallback + " | " + doc + " |\n";
    }

    private static final String HEAD =
            """
            # Configuration

            One YAML file, plus the list and recipient files that it names. `config/postern.yaml` is a sample to begin
            with; this page names every setting. It is made from the table that the reader works by
            (`ConfigurationReferenceTest` keeps the two in step).

            - `postern check` reads everything and tells every problem at once, as
              `file:line:column: what is wrong, what is allowed`. Warnings do not forbid use.
            - `postern reload` or SIGHUP reads everything again and puts it into force whole, or keeps the old one and
              says why. A session keeps the configuration that it began with. `data`, `listeners`, `spool`, `journal`,
              `admin` and `log` take effect at the next start, as does a changed `hostname` in the EHLO of notices to
              other people's hosts (sessions and deliveries say the new one at once); a reload that changes them says so.
            - Unknown keys, duplicate keys, wrong types, YAML tags and a second document are errors.
            - Durations are `500ms`, `30s`, `5m`, `4h`, `5d`. Sizes are `512KB`, `50MB`, `2GB`, powers of 1024; a number
              alone is bytes.
            - Paths that are not absolute are relative to the directory of the configuration file.
            - Editors that know JSON Schema complete and check as one types: `config/postern.schema.json`.

            The smallest useful file:

            ```yaml
            hostname: mx1.example.net
            data: /var/lib/postern
            listeners:
              - { address: 0.0.0.0, port: 25 }
            domains:
              example.net:
                recipients: { file: lists/recipients.yaml }
                downstream: lmtp://127.0.0.1:24
            ```
            """;

    private static final String POLICY =
            """
            | `not` | a mapping of conditions | none | They do not hold all together |

            Conditions are about facts that are known by then; asking for one too early is an error. What cannot be known,
            such as a result that is `temperror`, of a check that did not run, or the country of an address that the
            database does not have, meets no condition and no `not`: a rule applies where all its conditions hold for sure.
            `temperror`, `scan: failed` and reasons such as `client-address.implausible` can be asked for by name. A null
            sender is known to have no address and no domain. Domains are `example.org` alone, or `.example.org` with
            everything beneath it.

            `list: partners` holds where the client, a name or an address stands in that list of `lists.named`, among the
            entries of its kind, as far as the session has come; `list: deny` is what `deny-list` would refuse by.
            `country` is of the client as it is known after a PROXY header or XCLIENT; behind a trusted relay it is
            known at data, where the Received fields tell who is behind it. There `client`, and lists with entries of kind
            client, are asked about both, the relay and whom it names. A `reject` or `defer` by such a rule makes the relay
            bounce or wait; `quarantine` does not, and is what a deny entry does there.

            The order at each stage: foreign domain, unknown recipient and a directory that is away (no rule opens these),
            then the rules of the recipients' set and of their domain, then `policy.rules`, then the lists, then the DNS lists, then what
            authentication refuses, then the scanners, then the tags of authentication. `accept` ends the stage: what comes after it is
            passed by, DMARC too. A rule's name stands in the reply in brackets and in log, trace and metrics;
            its reason is `policy.` and the name.

            No rule and no `accept` opens what stands before and behind these: before them `harvest-ban` at connect (of a domain
            at rcpt and data, but for postmasters), where an allow entry helps; behind them at rcpt quotas, and at data `spam-trap` and
            `anomalous-sender`. Greylisting comes after all rules of rcpt (data for a null sender), and only where none of them decided.

            A domain may have rules of its own, `domains.example.net.policy.rules`, at rcpt and data: they come before the
            others where the recipient is of that domain. A message to several domains of which one has rules at data is
            split: the recipients of the other get `452 4.5.3`, and the client sends to them in a transaction of its own.

            Recipients may ask for a set of rules by its name, `policy: strict` in a recipient file: `policy.sets` has the
            sets, each a list of rules at rcpt and data, tried before those of the domain. A message is split in the same
            way. Mail to an alias is judged by the set of its first target that has one.

            ```yaml
            policy:
              rules:
                - name: our-scanner            # it sends as everybody, and we know it
                  stage: data
                  when: { client: 192.0.2.10 }
                  action: accept
                - name: hold-invoices
                  stage: data
                  when: { author-domain: [.invoices.example], not: { dmarc: pass } } # dkim: pass is anybody's
                  action: quarantine
                  mode: observe                # look first: it is counted and logged, nothing is held
                  expires: 2026-12-31
                - name: plain-text-senders
                  stage: mail
                  when: { sender-domain: bank.example, tls: false }
                  action: reject
                  reply: Mail from bank.example is taken over TLS alone
            ```
            """;

    private static final String DNSBL =
            """

            The client's address is asked about from the greeting on, the HELO name and the sender's domain as they come,
            all lists at once and in the background; the first RCPT waits for what is still under way, no longer than
            `deadline`. Who reaches `threshold` is refused recipient by recipient, 550 5.7.1, with the list and its text
            in the reply. The domains of all authors in From are asked about after the content; of an allow list all must be.

            Passed by: clients and recipients of the allow lists, `postmaster` (so that who is listed by mistake can say
            so), clients in `networks.internal` and `trusted-relays`, addresses that no sender out there has, and whatever a rule of
            stage rcpt accepts. A list that does not answer says nothing: it never refuses, and never delays a session
            longer than `deadline`; where it is an allow list that could take the score below `threshold`, nobody knows: 451.

            Each list is tested at the start and then every `self-test`: 127.0.0.2 (or the name `test`) must be listed,
            127.0.0.1 (or `invalid`) must not (RFC 5782, 5). One that fails, or that answers 127.255.255.252 to
            127.255.255.255 (asked through an open resolver, or too often), or outside 127.0.0.0/8, is switched off with
            a line in the log, in `postern status` and in `postern_dnsbl_list_up`, and on again once it is well.

            ```yaml
            dnsbl:
              threshold: 5
              lists:
                - { name: zen, zone: zen.dnsbl.example, weight: 5, codes: [127.0.0.2-11] }
                - { name: names, zone: dbl.dnsbl.example, weight: 3, ask: [helo, sender, author] }
                - { name: known, zone: list.dnswl.example, weight: -5, codes: [127.0.*.1-3] }
            ```
            """;

    private static final String LISTS =
            """

            ## List files

            A mapping of kinds to entries. An entry is a value, or `{ entry: value, comment: …, owner: …, expires: … }`;
            `expires` is a day (to its end, UTC) or a time such as `2026-12-31T12:00:00Z`.

            | kind | entries | looked up at |
            |---|---|---|
            | `client` | IP address or network | connect |
            | `helo` | domain | helo |
            | `sender` | address, or `"@example.org"` | mail |
            | `sender-domain` | domain | mail |
            | `recipient` | address, or `"@example.test"` | rcpt |
            | `reverse-name`, `author-domain`, `authenticated-domain` | domain | data |

            A domain is `example.org` alone, or `.example.org` with everything beneath it. An allow entry passes by every
            deny entry that comes up from then on: what is looked up later than a refusal cannot undo it. What else it
            passes by, such as DNS lists and greylisting, stands in [reception.md](reception.md). A recipient's entry counts at rcpt. Of several networks the narrowest is named. A network with host bits
            set is an error that names the right one.

            Of several authors in From no one hides another: a deny entry, a list of one's own, a condition `author-domain`
            and a DNS list hold where any author has it, `not: { author-domain: … }` where none has, an allow entry and a
            DNS list of a negative weight only where all have. More than five domains are refused as no From that can be
            told (`dmarc.permerror.from-too-many-domains`).

            `authenticated-domain` is a domain that SPF passed for, or DKIM with a signature over the whole body. Where
            `l=` leaves octets unsigned, anybody can have put them there: such a signature is `dkim: pass` for a rule that
            asks for the method's result (reason `dkim.pass.partial-body`), and makes nobody's mail of it, here, for
            greylisting, history, bans and notices as for DMARC.

            `lists.named` has lists of one's own in the same form, which do nothing but for rules that ask for them:

            ```yaml
            lists:
              named: { partners: lists/partners.yaml, dialups: [lists/dialups.yaml, lists/more.yaml] }
            policy:
              rules:
                - { name: partner, stage: data, when: { list: partners, dmarc: fail }, action: quarantine }
            ```

            ## Recipient files

            A name that ends in `.yaml` or `.yml` is YAML: a list of recipients, or a mapping with `recipients`, `aliases`
            (name to one address or a list), `subaddressing` (one of `+ - = . _`) and `catch-all`. Any other file is text:
            one address or local part a line, `#` begins a comment. A local part alone holds for every domain that uses
            the file. Case does not matter. In YAML, `{ address: bob, downstream: west, policy: strict }` gives one
            recipient a downstream of its own (a name of `downstreams`) and rules of its own (a name of `policy.sets`); of
            `ldap`, `sql` and `http` the same is asked for by attribute, column and key. Who asks for what the
            configuration does not have gets 451. Sources of a domain are asked in order; the first that knows the address
            decides, and it is unknown only when all say so.
            """;

    /** The JSON Schema for editors: structure and simple types; the reader checks far more. */
    static String schema() {
        Map<String, Map<String, String>> sections = new TreeMap<>();
        for (Key<?> key : Keys.ALL) {
            sections.computeIfAbsent(key.section(), s -> new LinkedHashMap<>())
                    .put(key.name(), property(key));
        }
        Map<String, String> top = properties(sections, "");
        top.put("listeners", array(object(properties(sections, "listeners[]"))));
        top.put(
                "tls",
                object(
                        Map.of(
                                "certificates",
                                array(object(properties(sections, "tls.certificates[]"))))));
        Map<String, String> domain = properties(sections, "domains.*");
        Map<String, String> kinds = properties(sections, "domains.*.recipients");
        for (String kind : new String[] {"ldap", "sql", "http", "callout"}) {
            kinds.put(kind, object(properties(sections, "domains.*.recipients." + kind)));
        }
        String source = object(kinds);
        domain.put("recipients", "{\"anyOf\": [" + source + ", " + array(source) + "]}");
        Map<String, String> domainRule = properties(sections, "policy.rules[]");
        domainRule.put("when", "{\"$ref\": \"#/$defs/conditions\"}");
        domain.put("policy", object(Map.of("rules", array(object(domainRule)))));
        domain.put("quota", object(properties(sections, "domains.*.quota")));
        top.put("domains", mapping(object(domain)));
        String downstream = object(properties(sections, "downstreams.*"));
        top.put(
                "downstreams",
                mapping("{\"anyOf\": [{\"type\": \"string\"}, " + downstream + "]}"));
        Map<String, String> networks = properties(sections, "networks");
        networks.put("secondary", mapping("{\"type\": \"string\"}"));
        top.put("networks", object(networks));
        Map<String, String> spool = properties(sections, "spool");
        spool.put("retry", object(properties(sections, "spool.retry")));
        top.put("spool", object(spool));
        Map<String, String> when = properties(sections, "policy.rules[].when");
        when.put("not", "{\"$ref\": \"#/$defs/conditions\"}");
        Map<String, String> rule = properties(sections, "policy.rules[]");
        rule.put("when", "{\"$ref\": \"#/$defs/conditions\"}");
        Map<String, String> dnsbl = properties(sections, "dnsbl");
        dnsbl.put("lists", array(object(properties(sections, "dnsbl.lists[]"))));
        top.put("dnsbl", object(dnsbl));
        Map<String, String> lists = properties(sections, "lists");
        lists.put(
                "named",
                mapping(
                        "{\"anyOf\": [{\"type\": \"string\"}, "
                                + array("{\"type\": \"string\"}")
                                + "]}"));
        top.put("lists", object(lists));
        Map<String, String> policy = properties(sections, "policy");
        policy.put("rules", array(object(rule)));
        policy.put("sets", mapping(array(object(rule))));
        top.put("policy", object(policy));
        Map<String, String> scanners = properties(sections, "scanners");
        scanners.put("rspamd", object(properties(sections, "scanners.rspamd")));
        scanners.put("clamav", object(properties(sections, "scanners.clamav")));
        top.put("scanners", object(scanners));
        Map<String, String> authentication = properties(sections, "authentication");
        authentication.put("arc-seal", object(properties(sections, "authentication.arc-seal")));
        top.put("authentication", object(authentication));
        Map<String, String> probe = properties(sections, "probe");
        probe.put("imap", object(properties(sections, "probe.imap")));
        top.put("probe", object(probe));
        Map<String, String> alerts = properties(sections, "alerts");
        alerts.put("webhooks", array(object(properties(sections, "alerts.webhooks[]"))));
        alerts.put("heartbeat", object(properties(sections, "alerts.heartbeat")));
        top.put("alerts", object(alerts));
        for (String plain :
                new String[] {
                    "dns",
                    "greylisting",
                    "limits",
                    "recipients",
                    "reputation",
                    "relay",
                    "notifications",
                    "journal",
                    "admin",
                    "log"
                }) {
            top.put(plain, object(properties(sections, plain)));
        }
        return "{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                + "\"title\": \"Postern configuration\",\n"
                + "\"$defs\": {\"conditions\": "
                + object(when)
                + "},\n"
                + "\"required\": [\"hostname\", \"data\", \"listeners\", \"domains\"],\n"
                + object(top).substring(1)
                + "\n";
    }

    private static Map<String, String> properties(
            Map<String, Map<String, String>> sections, String section) {
        return new LinkedHashMap<>(sections.getOrDefault(section, Map.of()));
    }

    private static String property(Key<?> key) {
        String one = key.type().schema();
        String shaped =
                key.shape() == Key.Shape.LIST
                        ? "{\"anyOf\": [" + one + ", " + array(one) + "]}"
                        : one;
        String doc = key.doc().replace("\"", "\\\"");
        return shaped.substring(0, shaped.length() - 1) + ", \"description\": \"" + doc + "\"}";
    }

    private static String array(String items) {
        return "{\"type\": \"array\", \"items\": " + items + "}";
    }

    private static String mapping(String values) {
        return "{\"type\": \"object\", \"additionalProperties\": " + values + "}";
    }

    private static String object(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\": " + e.getValue())
                .collect(
                        Collectors.joining(
                                ",\n",
                                "{\"type\": \"object\", \"additionalProperties\": false,"
                                        + " \"properties\": {\n",
                                "\n}}"));
    }

    /** With a capital, but where it begins with a literal such as d= or ldap://. */
    private static String sentence(String doc) {
        boolean word = doc.matches("(?s)[a-z-]+(?:[ ,;]|: ).*|[a-z]+");
        return word ? doc.substring(0, 1).toUpperCase(Locale.ROOT) + doc.substring(1) : doc;
    }
}
