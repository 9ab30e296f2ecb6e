package org.postern.auth.arc;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dkim.DkimProblem;
import org.postern.auth.dkim.DkimReason;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dkim.SignatureField;
import org.postern.auth.dkim.TagList;
import org.postern.auth.dkim.TagSyntaxException;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;

/** Finds the ARC sets of a message and checks their structure (RFC 8617, 5.2, 1 to 3). */
sealed interface ArcChain {
    /** RFC 8617, 4.2.1. */
    int MAX_SETS = 50;

    String SEAL = "arc-seal";
    String MESSAGE = "arc-message-signature";
    String RESULTS = "arc-authentication-results";

    /** No ARC field at all. */
    record None() implements ArcChain {}

    /**
     * A chain that fails whatever its signatures say.
     *
     * @param reason why
     * @param sets how many sets it seems to have: the highest instance that could be read
     * @param detail one line for people
     */
    record Broken(ArcReason reason, int sets, String detail) implements ArcChain {}

    /** A sound structure; the sets from instance 1 up. */
    record Whole(List<ArcSet> sets) implements ArcChain {}

    /** Reads a message's ARC fields. Never fails on any field. */
    static ArcChain read(HeaderSection section, DkimSettings settings, Instant now) {
        List<HeaderField> seals = section.fields(SEAL);
        List<HeaderField> messages = section.fields(MESSAGE);
        List<HeaderField> results = section.fields(RESULTS);
        int most = Math.max(seals.size(), Math.max(messages.size(), results.size()));
        if (section.truncated() && most > 0) {
            return new Broken(
                    ArcReason.FAIL_HEADER_SIZE,
                    Math.min(most, MAX_SETS),
                    "the header section is too long to be read whole");
        }
        if (most == 0) {
            return new None();
        }
        if (most > MAX_SETS) {
            return new Broken(ArcReason.FAIL_TOO_MANY, MAX_SETS, "more than " + MAX_SETS + " sets");
        }
        if (seals.size() != most || messages.size() != most || results.size() != most) {
            return new Broken(
                    ArcReason.FAIL_STRUCTURE,
                    most,
                    "there are "
                            + seals.size()
                            + " seals, "
                            + messages.size()
                            + " message signatures and "
                            + results.size()
                            + " results");
        }
        return new Reader(settings, now, most).read(seals, messages, results);
    }

    /** Puts the fields of one message in order. */
    final class Reader {
        private final DkimSettings settings;
        private final Instant now;
        private final int count;

        private Reader(DkimSettings settings, Instant now, int count) {
            this.settings = settings;
            this.now = now;
            this.count = count;
        }

        private ArcChain read(
                List<HeaderField> seals, List<HeaderField> messages, List<HeaderField> results) {
            @Nullable HeaderField[] sealOf = new HeaderField[count];
            @Nullable HeaderField[] messageOf = new HeaderField[count];
            @Nullable HeaderField[] resultsOf = new HeaderField[count];
            Broken broken = place(seals, sealOf, ArcChain::instanceTag);
            if (broken == null) {
                broken = place(messages, messageOf, ArcChain::instanceTag);
            }
            if (broken == null) {
                broken = place(results, resultsOf, f -> ArcChain.instance(resultsInstance(f)));
            }
            if (broken != null) {
                return broken;
            }
            List<ArcSet> sets = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                // every place is taken: count fields of count different instances up to count
                HeaderField seal = sealOf[i];
                HeaderField message = messageOf[i];
                HeaderField result = resultsOf[i];
                if (seal == null || message == null || result == null) {
                    return structure("a set is not whole");
                }
                ArcChain set = set(i + 1, seal, message, result);
                switch (set) {
                    case Whole one -> sets.addAll(one.sets());
                    case Broken b -> {
                        return b;
                    }
                    case None n -> throw new IllegalStateException("a set that is none");
                }
            }
            // RFC 8617, 5.2, 2: what the last sealer found goes before all else
            if (sets.getLast().validation() == ArcSet.Validation.FAIL) {
                return new Broken(
                        ArcReason.FAIL_SEALED, count, "the last sealer found the chain broken");
            }
            for (ArcSet set : sets) {
                // RFC 8617, 5.2, 3, C
                ArcSet.Validation expected =
                        set.instance() == 1 ? ArcSet.Validation.NONE : ArcSet.Validation.PASS;
                if (set.validation() != expected) {
                    return new Broken(
                            ArcReason.FAIL_CV,
                            count,
                            "the seal of instance " + set.instance() + " has a cv= out of place");
                }
            }
            return new Whole(List.copyOf(sets));
        }

        private @Nullable Broken place(
                List<HeaderField> fields,
                @Nullable HeaderField[] places,
                ToIntFunction<HeaderField> instanceOf) {
            for (HeaderField field : fields) {
                int instance = instanceOf.applyAsInt(field);
                if (instance < 1 || instance > count) {
                    return structure(field.name() + " has no instance that continues the chain");
                }
                if (places[instance - 1] != null) {
                    return structure(field.name() + " of instance " + instance + " stands twice");
                }
                places[instance - 1] = field;
            }
            return null;
        }

        private Broken structure(String detail) {
            return new Broken(ArcReason.FAIL_STRUCTURE, count, detail);
        }

        private ArcChain set(
                int instance, HeaderField seal, HeaderField message, HeaderField results) {
            SignatureField readMessage;
            switch (SignatureField.parse(message, SignatureField.Kind.ARC_MESSAGE, settings, now)) {
                case SignatureField.Parsed.Usable usable -> readMessage = usable.signature();
                case SignatureField.Parsed.Unusable unusable -> {
                    return unusable(instance, "message signature", unusable.problem());
                }
            }
            Optional<DkimProblem> lapse = readMessage.lapse();
            if (instance == count && lapse.isPresent()) {
                return new Broken(ArcReason.FAIL_MESSAGE_SIGNATURE, count, lapse.get().detail());
            }
            if (readMessage.names().contains(SEAL)) {
                // RFC 8617, 4.1.2: no ARC-Message-Signature covers a seal
                return new Broken(
                        ArcReason.FAIL_SYNTAX, count, "a message signature covers ARC-Seal");
            }
            SignatureField readSeal;
            switch (SignatureField.parse(seal, SignatureField.Kind.ARC_SEAL, settings, now)) {
                case SignatureField.Parsed.Usable usable -> readSeal = usable.signature();
                case SignatureField.Parsed.Unusable unusable -> {
                    return unusable(instance, "seal", unusable.problem());
                }
            }
            if (readSeal.tags().has("h")) {
                // RFC 8617, 4.1.3: a seal with h= fails the chain
                return new Broken(ArcReason.FAIL_SYNTAX, count, "a seal has h=");
            }
            ArcSet.Validation validation = validation(readSeal.tags().get("cv"));
            if (validation == null) {
                return new Broken(ArcReason.FAIL_CV, count, "a seal has no cv= that we know");
            }
            return new Whole(
                    List.of(
                            new ArcSet(
                                    instance,
                                    results,
                                    payload(results),
                                    readMessage,
                                    readSeal,
                                    validation)));
        }

        private Broken unusable(int instance, String what, DkimProblem problem) {
            ArcReason reason =
                    problem.reason() == DkimReason.PERMERROR_HEADER_SIZE
                            ? ArcReason.FAIL_HEADER_SIZE
                            : ArcReason.FAIL_SYNTAX;
            return new Broken(
                    reason,
                    count,
                    "the " + what + " of instance " + instance + ": " + problem.detail());
        }

        private static ArcSet.@Nullable Validation validation(@Nullable String cv) {
            return switch (cv) {
                case "none" -> ArcSet.Validation.NONE;
                case "pass" -> ArcSet.Validation.PASS;
                case "fail" -> ArcSet.Validation.FAIL;
                case null, default -> null;
            };
        }
    }

    private static int instanceTag(HeaderField field) {
        try {
            return instance(TagList.parse(field.rawValue()).get("i"));
        } catch (TagSyntaxException e) {
            return 0; // whatever instance it was meant to be, it is none
        }
    }

    /** RFC 8617, 4.2.1: one or two digits; 0 for anything else. */
    private static int instance(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 2) {
            return 0;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    /** RFC 8617, 4.1.1: {@code i=N;} stands before the payload; null if it does not. */
    private static @Nullable String resultsInstance(HeaderField field) {
        String value = field.value();
        int semicolon = value.indexOf(';');
        int equals = value.indexOf('=');
        if (equals < 0 || semicolon < equals || !value.substring(0, equals).strip().equals("i")) {
            return null;
        }
        return value.substring(equals + 1, semicolon).strip();
    }

    private static String payload(HeaderField results) {
        String value = results.value();
        return value.substring(value.indexOf(';') + 1).strip();
    }
}
