package org.postern.core.authres;

import org.jspecify.annotations.Nullable;

/**
 * What the forward-confirmed reverse look-up found (RFC 8601, 3).
 *
 * @param result pass, fail, temperror, permerror, or none where it did not run
 * @param name the confirmed name on pass, otherwise the first name found, or null
 * @param reason stable dotted code, such as {@code iprev.pass}
 */
public record IprevResult(AuthResult result, @Nullable String name, String reason) {}
