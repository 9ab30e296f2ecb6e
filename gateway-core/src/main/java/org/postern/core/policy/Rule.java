package org.postern.core.policy;

import java.util.Optional;

/** One rule. Stateless or thread-safe; never blocks. */
interface Rule {
    /** Its name, in kebab case. */
    String ruleName();

    /** Whether what it says is counted but not done. */
    default boolean observesOnly() {
        return false;
    }

    /** What it says of these facts at its stage; empty where it does not apply. */
    Optional<Verdict> decide(Facts facts);
}
