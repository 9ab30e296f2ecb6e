package org.postern.core.config;

import java.util.List;
import java.util.Set;
import org.postern.core.authres.AuthResult;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.problem.Place;
import org.postern.core.scan.ScanResult;

/**
 * One condition of a rule. A closed vocabulary: no expressions, nothing that could explode, nothing
 * that asks the network. Of several values one has to hold.
 */
public sealed interface ConditionConfig {
    /**
     * {@code client}: the client's address.
     *
     * @param networks where it lies
     */
    record Client(List<Cidr> networks) implements ConditionConfig {
        public Client {
            networks = List.copyOf(networks);
        }
    }

    /**
     * {@code country}: where the database says that the client's address is.
     *
     * @param codes two capital letters each (ISO 3166-1)
     * @param place where it is asked for
     */
    record Country(Set<String> codes, Place place) implements ConditionConfig {
        public Country {
            codes = Set.copyOf(codes);
        }
    }

    /**
     * Key {@code "list"}: whether anything that is known by then stands in one of these lists.
     *
     * @param lists names of {@code lists.named}, or {@code allow} or {@code deny}
     * @param place where they are asked for
     */
    record Listed(Set<String> lists, Place place) implements ConditionConfig {
        public Listed {
            lists = Set.copyOf(lists);
        }
    }

    /**
     * {@code tls}.
     *
     * @param wanted whether the session is encrypted
     */
    record Encrypted(boolean wanted) implements ConditionConfig {}

    /**
     * {@code null-sender}.
     *
     * @param wanted whether the reverse-path is null
     */
    record NullSender(boolean wanted) implements ConditionConfig {}

    /**
     * {@code sender} or {@code recipient}.
     *
     * @param of whose address
     * @param keys addresses in look-up form, or {@code @domain}
     */
    record Address(AddressOf of, Set<String> keys) implements ConditionConfig {
        public Address {
            keys = Set.copyOf(keys);
        }
    }

    /** Whose address a condition is about. */
    enum AddressOf {
        /** The envelope sender. */
        SENDER,
        /** The recipient. */
        RECIPIENT
    }

    /**
     * A condition on a domain.
     *
     * @param of whose domain
     * @param patterns the domains
     */
    record DomainName(DomainOf of, List<DomainPattern> patterns) implements ConditionConfig {
        public DomainName {
            patterns = List.copyOf(patterns);
        }
    }

    /** Whose domain a condition is about. */
    enum DomainOf {
        /** {@code helo}. */
        HELO,
        /** {@code sender-domain}. */
        SENDER,
        /** {@code recipient-domain}. */
        RECIPIENT,
        /** {@code reverse-name}: the client's, forward-confirmed. */
        REVERSE_NAME,
        /** {@code author-domain}: of the From field. */
        AUTHOR,
        /** {@code authenticated-domain}: one that SPF or DKIM passed for. */
        AUTHENTICATED
    }

    /**
     * {@code example.org} alone, or {@code .example.org} with everything beneath.
     *
     * @param domain the domain
     * @param beneath whether everything beneath it is meant as well
     */
    record DomainPattern(Domain domain, boolean beneath) {
        /** Whether a domain is meant. */
        public boolean matches(Domain other) {
            return beneath ? other.isWithin(domain) : other.equals(domain);
        }
    }

    /**
     * {@code spf}, {@code helo-spf}, {@code iprev}, {@code dkim}, {@code arc} or {@code dmarc}.
     *
     * @param of the method
     * @param results the words, one of which it gave; of several DKIM signatures, any
     */
    record Result(Method of, Set<AuthResult> results) implements ConditionConfig {
        public Result {
            results = Set.copyOf(results);
        }
    }

    /** A method of authentication. */
    enum Method {
        /** SPF for the reverse-path. */
        SPF,
        /** SPF for the HELO name. */
        HELO_SPF,
        /** The forward-confirmed reverse name. */
        IPREV,
        /** Any signature. */
        DKIM,
        /** The chain. */
        ARC,
        /** The author domain's policy. */
        DMARC
    }

    /**
     * {@code reason}: the dotted code of what decided in DMARC, SPF, iprev, ARC or any signature.
     *
     * @param prefixes codes, or their beginnings up to a dot
     */
    record Reason(List<String> prefixes) implements ConditionConfig {
        public Reason {
            prefixes = List.copyOf(prefixes);
        }
    }

    /**
     * {@code size-over}.
     *
     * @param bytes the size that the message is larger than
     */
    record SizeOver(long bytes) implements ConditionConfig {}

    /**
     * {@code known-good}.
     *
     * @param wanted whether the client has a good history
     */
    record KnownGood(boolean wanted) implements ConditionConfig {}

    /**
     * {@code unknown-recipients-over}.
     *
     * @param count more unknown recipients than this were named lately
     */
    record UnknownRecipientsOver(int count) implements ConditionConfig {}

    /**
     * {@code dnsbl}.
     *
     * @param lists names of lists, one of which has a hit
     */
    record DnsList(Set<String> lists) implements ConditionConfig {
        public DnsList {
            lists = Set.copyOf(lists);
        }
    }

    /**
     * {@code dnsbl-score-over}.
     *
     * @param score what the lists' score is above
     */
    record DnsblScoreOver(int score) implements ConditionConfig {}

    /**
     * {@code scan}.
     *
     * @param outcomes one of which some scanner gave
     */
    record Scan(Set<ScanResult.Outcome> outcomes) implements ConditionConfig {
        public Scan {
            outcomes = Set.copyOf(outcomes);
        }
    }

    /**
     * {@code spam-score-over}.
     *
     * @param score what Rspamd's score is above
     */
    record SpamScoreOver(int score) implements ConditionConfig {}

    /**
     * {@code not}.
     *
     * @param conditions those that do not hold all together
     */
    record Not(List<ConditionConfig> conditions) implements ConditionConfig {
        public Not {
            conditions = List.copyOf(conditions);
        }
    }
}
