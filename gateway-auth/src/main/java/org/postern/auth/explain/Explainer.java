package org.postern.auth.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.Authenticator;
import org.postern.auth.secondopinion.Opinion;
import org.postern.auth.secondopinion.SecondOpinion;

/** Answers questions. Thread-safe; each answer blocks for the authenticator's deadline at most. */
public final class Explainer {
    private static final int BLOCK = 64 * 1024;

    private final Authenticator authenticator;
    private final @Nullable SecondOpinion second;

    /**
     * An explainer.
     *
     * @param second whom to ask besides, or null for nobody
     */
    public Explainer(Authenticator authenticator, @Nullable SecondOpinion second) {
        this.authenticator = authenticator;
        this.second = second;
    }

    /** Evaluates one message, or one envelope. */
    public Explanation explain(Question question) {
        byte[] message = question.message();
        AuthenticationOutcome outcome =
                message == null
                        ? authenticator.checkEnvelope(question.envelope())
                        : evaluate(question, message);
        List<Opinion> opinions =
                second == null ? List.of() : second.compare(question.envelope(), message, outcome);
        return new Explanation(question, outcome, opinions);
    }

    private AuthenticationOutcome evaluate(Question question, byte[] message) {
        try (Authentication checks = authenticator.begin(question.envelope())) {
            for (int at = 0; at < message.length; at += BLOCK) {
                checks.write(message, at, Math.min(BLOCK, message.length - at));
            }
            return checks.finish();
        }
    }
}
