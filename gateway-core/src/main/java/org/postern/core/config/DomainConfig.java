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
 * @param policy {@code policy}: rules for its recipients alone, tried before all others
 */
public record DomainConfig(
        Domain domain,
        List<RecipientSourceConfig> recipients,
        String downstream,
        QuotaConfig quota,
        PolicyConfig policy) {
    public DomainConfig {
        recipients = List.copyOf(recipients);
    }

    /** A domain without a quota and without rules of its own. */
    public DomainConfig(Domain domain, List<RecipientSourceConfig> recipients, String downstream) {
        this(domain, recipients, downstream, QuotaConfig.NONE, PolicyConfig.NONE);
    }
}
