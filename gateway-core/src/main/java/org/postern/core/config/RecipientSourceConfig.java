package org.postern.core.config;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;

/** One source of a domain's recipients. */
public sealed interface RecipientSourceConfig {
    /**
     * A list file, YAML or one address a line.
     *
     * @param path absolute path
     */
    record FromFile(Path path) implements RecipientSourceConfig {}

    /**
     * Addresses written in the configuration itself.
     *
     * @param addresses the addresses
     */
    record Static(List<EmailAddress> addresses) implements RecipientSourceConfig {
        public Static {
            addresses = List.copyOf(addresses);
        }
    }

    /** Every address of the domain exists. {@code check} and {@code doctor} warn of it. */
    record AcceptAll() implements RecipientSourceConfig {}

    /**
     * A source that is asked over the network. Equal ones, also of several domains, are one source.
     */
    sealed interface Remote extends RecipientSourceConfig {
        /** {@code ldap}, {@code sql}, {@code http} or {@code callout}. */
        String kind();

        /** Where it is asked, for people; without any secret. */
        String place();

        /** Its name in commands, metrics and file names; the same as long as it asks the same. */
        String name();
    }

    /** A source whose addresses are all fetched, again and again. */
    sealed interface Synced extends Remote {
        /** How it is synchronised. */
        Sync sync();
    }

    /**
     * What sources that are fetched whole have in common.
     *
     * @param every {@code sync}: time from one synchronisation to the next
     * @param timeout {@code timeout}: for connecting and for each answer; a whole synchronisation
     *     may take twenty times as long
     * @param subaddressing the character between user and detail, or null
     * @param name {@code name}: what it is called in place of a name that is made of what it asks,
     *     or null
     */
    record Sync(
            Duration every,
            Duration timeout,
            @Nullable Character subaddressing,
            @Nullable String name) {}

    /**
     * {@code ldap}: a directory, such as Active Directory.
     *
     * @param servers {@code url}, tried in order: {@code ldap://} or {@code ldaps://}
     * @param startTls {@code start-tls}
     * @param caFile {@code ca-file}: whom a server's certificate must come from; null: the JDK's
     * @param base {@code base}
     * @param filter {@code filter}
     * @param attributes {@code attributes}: those that hold addresses, {@code proxyAddresses} among
     *     them with their {@code smtp:} before each
     * @param downstreamAttribute {@code downstream-attribute}, or null
     * @param policyAttribute {@code policy-attribute}, or null
     * @param bindDn {@code bind-dn}, or null for an anonymous bind
     * @param password {@code password}, or null
     * @param pageSize {@code page-size} (RFC 2696)
     * @param ignoreReferrals {@code referrals: ignore}: parts of the tree that lie on other servers
     *     are left out; otherwise their mention is a failure
     * @param sync how it is synchronised
     */
    record Ldap(
            List<URI> servers,
            boolean startTls,
            @Nullable Path caFile,
            String base,
            String filter,
            List<String> attributes,
            @Nullable String downstreamAttribute,
            @Nullable String policyAttribute,
            @Nullable String bindDn,
            @Nullable Secret password,
            int pageSize,
            boolean ignoreReferrals,
            Sync sync)
            implements Synced {
        public Ldap {
            servers = List.copyOf(servers);
            attributes = List.copyOf(attributes);
        }

        @Override
        public String kind() {
            return "ldap";
        }

        @Override
        public String place() {
            return String.join(" ", servers.stream().map(URI::toString).toList()) + " " + base;
        }

        @Override
        public String name() {
            return Names.of(this, servers.getFirst().getHost(), place() + filter + attributes);
        }
    }

    /**
     * {@code sql}: one query; its first column is an address or local part, a second one, if there
     * is one and it is not null, where its mail goes. Columns named {@code downstream} and {@code
     * policy} are what is asked for this recipient alone, wherever they stand behind the first.
     *
     * @param url {@code url}: {@code jdbc:postgresql://host:port/database}
     * @param user {@code user}, or null
     * @param password {@code password}, or null
     * @param query {@code query}
     * @param sync how it is synchronised
     */
    record Sql(
            String url, @Nullable String user, @Nullable Secret password, String query, Sync sync)
            implements Synced {
        @Override
        public String kind() {
            return "sql";
        }

        @Override
        public String place() {
            int options = url.indexOf('?');
            return options < 0 ? url : url.substring(0, options);
        }

        @Override
        public String name() {
            String host = URI.create(place().substring("jdbc:".length())).getHost();
            return Names.of(this, host, place() + query);
        }
    }

    /**
     * {@code http}: JSON in the form of a recipient file, a list or a mapping.
     *
     * @param url {@code url}
     * @param caFile {@code ca-file}, or null
     * @param user {@code user} of basic authentication, or null
     * @param secret {@code password} with a user, {@code token} (bearer) without; or null
     * @param sync how it is synchronised
     */
    record Http(
            URI url,
            @Nullable Path caFile,
            @Nullable String user,
            @Nullable Secret secret,
            Sync sync)
            implements Synced {
        @Override
        public String kind() {
            return "http";
        }

        @Override
        public String place() {
            return url.getScheme() + "://" + url.getAuthority() + url.getPath();
        }

        @Override
        public String name() {
            return Names.of(this, url.getHost(), url.toString());
        }
    }

    /**
     * {@code callout}: the mailbox store is asked at RCPT and its answer remembered.
     *
     * @param downstream {@code downstream}: name in {@link PosternConfig#downstreams()}
     * @param timeout {@code timeout}: for the whole question
     * @param positive {@code positive}: how long a recipient that exists is remembered
     * @param negative {@code negative}: how long one that does not
     * @param connections {@code connections}: questions at once
     */
    record Callout(
            String downstream,
            Duration timeout,
            Duration positive,
            Duration negative,
            int connections)
            implements Remote {
        @Override
        public String kind() {
            return "callout";
        }

        @Override
        public String place() {
            return downstream;
        }

        @Override
        public String name() {
            return Names.of(kind(), downstream, downstream);
        }
    }

    /** How sources are named. */
    final class Names {
        private Names() {}

        static String of(Synced source, @Nullable String host, String identity) {
            String own = source.sync().name();
            return own == null ? of(source.kind(), host, identity) : source.kind() + "-" + own;
        }

        static String of(String kind, @Nullable String host, String identity) {
            String readable =
                    (host == null ? "" : host)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9.-]+", "-")
                            .replaceAll("^-+|-+$", "");
            try {
                byte[] digest =
                        MessageDigest.getInstance("SHA-256")
                                .digest(identity.getBytes(StandardCharsets.UTF_8));
                return kind
                        + "-"
                        + (readable.length() > 60 ? readable.substring(0, 60) : readable)
                        + "-"
                        + HexFormat.of().formatHex(digest, 0, 3);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
