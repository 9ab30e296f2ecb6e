package org.postern.core.config;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.problem.Place;

/**
 * One rule of {@code policy.rules}.
 *
 * @param name {@code name}: stands in the reply, log, trace and metrics
 * @param at {@code stage}
 * @param conditions {@code when}: all of them must hold; empty: the rule always applies
 * @param action {@code action}
 * @param mode {@code mode}
 * @param expires {@code expires}: from when on the rule has no effect, or null for never
 * @param reply {@code reply}: words for the sender's postmaster, or null for ours
 * @param place where its end stands in the file, or else its name
 */
public record RuleConfig(
        String name,
        At at,
        List<ConditionConfig> conditions,
        Action action,
        Mode mode,
        @Nullable Instant expires,
        @Nullable String reply,
        Place place) {
    public RuleConfig {
        conditions = List.copyOf(conditions);
    }

    /** Whether its time is over: it has no effect any more. */
    public boolean hasEnded(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    /** Where in a session a rule is tried. */
    public enum At {
        /** Before the greeting. */
        CONNECT,
        /** HELO or EHLO. */
        HELO,
        /** MAIL. */
        MAIL,
        /** RCPT, for a recipient that exists. */
        RCPT,
        /** The end of the content. */
        DATA
    }

    /** What a rule does. */
    public enum Action {
        /** No further rule of the stage is tried, the built-in ones included. */
        ACCEPT,
        /** The message is marked by a header field. */
        TAG,
        /** The message is taken and held. */
        QUARANTINE,
        /** 550 (554 in place of the greeting). */
        REJECT,
        /** 451. */
        DEFER
    }

    /** Whether a rule bites. */
    public enum Mode {
        /** It is counted and logged, and the next rule is tried. */
        OBSERVE,
        /** It decides. */
        ENFORCE
    }
}
