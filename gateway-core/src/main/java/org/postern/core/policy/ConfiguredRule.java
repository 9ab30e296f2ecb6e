package org.postern.core.policy;

import java.time.InstantSource;
import java.util.Optional;
import org.postern.core.config.RuleConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.reply.SmtpReply;

/** A rule from section {@code policy}. */
final class ConfiguredRule implements Rule {
    private final RuleConfig config;
    private final AccessLists lists;
    private final InstantSource time;

    ConfiguredRule(RuleConfig config, AccessLists lists, InstantSource time) {
        this.config = config;
        this.lists = lists;
        this.time = time;
    }

    /** The stage that a rule of the configuration is tried at. */
    static Stage stage(RuleConfig.At at) {
        return switch (at) {
            case CONNECT -> Stage.CONNECT;
            case HELO -> Stage.HELO;
            case MAIL -> Stage.MAIL;
            case RCPT -> Stage.RCPT;
            case DATA -> Stage.DATA;
        };
    }

    @Override
    public String ruleName() {
        return config.name();
    }

    @Override
    public boolean observesOnly() {
        return config.mode() == RuleConfig.Mode.OBSERVE;
    }

    @Override
    public Optional<Verdict> decide(Facts facts) {
        return config.hasEnded(time.instant()) || !Conditions.all(config.conditions(), facts, lists)
                ? Optional.empty()
                : Optional.of(verdict());
    }

    private Verdict verdict() {
        String reason = "policy." + config.name();
        return switch (config.action()) {
            case ACCEPT -> new Verdict.Accept(config.name(), reason, "");
            case TAG ->
                    new Verdict.Tag(
                            config.name(),
                            reason,
                            "",
                            AuthenticationRules.TAG_FIELD,
                            "tag; rule=" + config.name() + "; reason=" + reason);
            case QUARANTINE -> new Verdict.Quarantine(config.name(), reason, "");
            case REJECT ->
                    new Verdict.Reject(
                            config.name(),
                            reason,
                            "",
                            reply(550, "5.7.1", "Refused by local policy"));
            case DEFER ->
                    new Verdict.Defer(
                            config.name(),
                            reason,
                            "",
                            reply(451, "4.7.1", "Not taken now by local policy; try again later"));
        };
    }

    private SmtpReply reply(int code, String status, String usual) {
        String words = config.reply() == null ? usual : config.reply();
        String text = words + " (" + config.name() + ")";
        return switch (config.at()) {
            // RFC 5321, 3.1: 554 in place of the greeting; RFC 2034, 4: neither has a status code
            case CONNECT -> SmtpReply.of(554, text);
            case HELO -> SmtpReply.of(code, text);
            case MAIL, RCPT, DATA -> SmtpReply.of(code, status, text);
        };
    }
}
