package org.postern.core.recipients;

import org.jspecify.annotations.Nullable;

/**
 * What a source asks for one recipient alone. Immutable.
 *
 * @param downstream {@code downstream}: where its mail goes, in place of its domain's; a name in
 *     {@link org.postern.core.config.PosternConfig#downstreams()}, or null
 * @param policy {@code policy}: the set of rules that is tried before all others, a name in {@link
 *     org.postern.core.config.PolicyConfig#sets()}, or null
 */
public record Handling(@Nullable String downstream, @Nullable String policy) {
    /** As everybody of the domain. */
    public static final Handling NONE = new Handling(null, null);

    /** Empty words are no words. */
    public static Handling of(@Nullable String downstream, @Nullable String policy) {
        String to = blankToNull(downstream);
        String by = blankToNull(policy);
        return to == null && by == null ? NONE : new Handling(to, by);
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
