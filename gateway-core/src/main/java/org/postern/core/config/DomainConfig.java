package org.postern.core.config;

import java.util.List;
import org.postern.core.mail.Domain;

/**
 * One hosted domain: an entry of the section of that name.
 *
 * @param domain the domain
 * @param recipients where its recipients are listed, asked in order, at least one
 * @param downstream name of the downstream in {@link PosternConfig#downstreams()}; a URI given
 *     directly is its own name
 * @param quota what may wait for it
 */
public record DomainConfig(
        Domain domain,
        List<RecipientSourceConfig> recipients,
        String downstream,
        QuotaConfig quota) {
    public DomainConfig {
        recipients = List.copyOf(recipients);
    }

    /** A domain without a quota. */
    public DomainConfig(Domain domain, List<RecipientSourceConfig> recipients, String downstream) {
        this(domain, recipients, downstream, QuotaConfig.NONE);
    }
}
