package org.postern.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * These tests need the real peers. Where a package is missing they are skipped with one message
 * that names it; in CI ({@code CI=true}) that is a failure.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({WithPeers.Condition.class, Surroundings.Provider.class})
@interface WithPeers {
    /** Decides, and says so once. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> missing = Peers.missingPackages();
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("all peers are installed");
            }
            String message =
                    "end-to-end tests need the Debian packages "
                            + String.join(", ", missing)
                            + "; install them with src-test-e2e/install-peers";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException(message);
            }
            context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Condition.class))
                    .computeIfAbsent(
                            "said",
                            key -> {
                                System.err.println("[WARNING] " + message);
                                return message;
                            });
            return ConditionEvaluationResult.disabled(message);
        }
    }
}
