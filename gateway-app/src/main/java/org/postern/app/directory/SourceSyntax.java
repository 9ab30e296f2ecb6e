package org.postern.app.directory;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;

/**
 * What can be said against a source of recipients without asking anybody: a filter (RFC 4515) or
 * base (RFC 4514) that no server would read, a {@code ca-file} without a certificate, a secret's
 * file that is empty. Reads files; any thread.
 */
public final class SourceSyntax {
    private final PosternConfig config;
    private final List<Problem> problems;

    private SourceSyntax(PosternConfig config, List<Problem> problems) {
        this.config = config;
        this.problems = problems;
    }

    /** Adds an error for each thing that is wrong, once for each source, at its place. */
    public static void check(PosternConfig config, List<Problem> problems) {
        Set<RecipientSourceConfig> sources = new LinkedHashSet<>();
        config.domains().values().forEach(domain -> sources.addAll(domain.recipients()));
        SourceSyntax syntax = new SourceSyntax(config, problems);
        for (RecipientSourceConfig source : sources) {
            if (source instanceof RecipientSourceConfig.Synced synced) {
                syntax.check(synced);
            }
        }
    }

    private void check(RecipientSourceConfig.Synced source) {
        switch (source) {
            case RecipientSourceConfig.Ldap ldap -> {
                filter(ldap);
                if (!DN.isValidDN(ldap.base())) {
                    error(ldap, "base", "base is no distinguished name: " + ldap.base());
                }
                caFile(ldap, ldap.caFile());
                secret(ldap, "password", ldap.password());
            }
            case RecipientSourceConfig.Sql sql -> secret(sql, "password", sql.password());
            case RecipientSourceConfig.Http http -> {
                caFile(http, http.caFile());
                secret(http, http.user() == null ? "token" : "password", http.secret());
            }
        }
    }

    private void filter(RecipientSourceConfig.Ldap ldap) {
        try {
            Filter.create(ldap.filter());
        } catch (LDAPException e) {
            error(ldap, "filter", "filter cannot be read: " + e.getMessage());
        }
    }

    private void caFile(RecipientSourceConfig.Synced source, @Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            TrustAnchors.context(file);
        } catch (IOException e) {
            error(source, "ca-file", String.valueOf(e.getMessage()));
        }
    }

    private void secret(RecipientSourceConfig.Synced source, String key, @Nullable Secret secret) {
        if (secret == null || secret instanceof Secret.OfEnvironment) {
            return; // the daemon's environment is another than that of who checks
        }
        try {
            if (secret.read().isEmpty()) {
                error(source, key, key + " is empty (" + secret + ")");
            }
        } catch (IOException e) {
            error(source, key, String.valueOf(e.getMessage()));
        }
    }

    private void error(RecipientSourceConfig.Synced source, String key, String message) {
        String own = "recipients." + source.name();
        Place place = config.placeOf(own + "." + key);
        boolean given = !place.equals(Place.start(config.file()));
        problems.add(new Problem(given ? place : config.placeOf(own), Severity.ERROR, message));
    }
}
