package org.postern.core.config;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.postern.core.authres.ReasonCodes;

/** Reads the values that rules are made of. */
final class PolicyValues {
    private PolicyValues() {}

    static String ruleName(String text) throws BadValueException {
        if (!text.matches("[a-z][a-z0-9-]{0,39}")) {
            throw new BadValueException(
                    "must be "
                            + ValueTypes.RULE_NAME.name()
                            + ", found "
                            + ValueType.shortened(text));
        }
        if (BuiltInRule.of(text).isPresent()) {
            throw new BadValueException("must not be the name of a built-in rule: " + text);
        }
        return text;
    }

    static String reply(String text) throws BadValueException {
        if (!text.matches("[ -~]{1,300}")) {
            throw new BadValueException("must be " + ValueTypes.REPLY_TEXT.name());
        }
        return text;
    }

    static Instant end(String text) throws BadValueException {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new BadValueException(
                    "must be " + ValueTypes.END.name() + ", found " + ValueType.shortened(text));
        }
    }

    static String addressOrDomain(String text) throws BadValueException {
        return text.startsWith("@")
                ? "@" + ValueTypes.domain(text.substring(1)).ascii()
                : ValueTypes.address(text).key();
    }

    static ConditionConfig.DomainPattern domainPattern(String text) throws BadValueException {
        boolean beneath = text.startsWith(".");
        return new ConditionConfig.DomainPattern(
                ValueTypes.domain(beneath ? text.substring(1) : text), beneath);
    }

    static CodePattern codePattern(String text) throws BadValueException {
        try {
            return CodePattern.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadValueException(
                    "must be " + ValueTypes.CODE_PATTERN.name() + ": " + e.getMessage());
        }
    }

    static String reason(String text) throws BadValueException {
        if (!text.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*")) {
            throw new BadValueException(
                    "must be " + ValueTypes.REASON.name() + ", found " + ValueType.shortened(text));
        }
        if (!ReasonCodes.isKnown(text)) {
            throw new BadValueException(
                    "must be a reason of authentication (docs/reasons.md), there is no "
                            + ValueType.shortened(text)
                            + ReasonCodes.nearest(text)
                                    .map(meant -> "; did you mean " + meant + "?")
                                    .orElse(""));
        }
        return text;
    }
}
