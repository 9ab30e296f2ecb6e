package org.postern.app.intake;

import org.postern.auth.Authenticator;
import org.postern.core.snapshot.Snapshot;

/**
 * A snapshot and the parts built from it: what a session pins at its beginning.
 *
 * @param snapshot the configuration in force
 * @param authenticator the evaluators with its settings
 */
public record Revision(Snapshot snapshot, Authenticator authenticator) {}
