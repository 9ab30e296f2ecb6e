package org.postern.app.intake;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.journal.Ruling;
import org.postern.core.policy.Stage;

/**
 * What rules in mode observe would have done in one session so far: of the session (connect and the
 * last HELO or EHLO), of its transaction, and of the recipient that is asked about. A rule and its
 * reason stand once, however often it hits, so there are never more than the configuration's rules
 * have reasons. Used by the session's thread alone.
 */
final class Observations {
    private final Map<Stage, Set<Ruling>> byStage = new EnumMap<>(Stage.class);
    private final Set<Ruling> ofRecipient = new LinkedHashSet<>(0);

    /** A rule hit; at RCPT it counts for the recipient asked about alone, until that is taken. */
    void add(Stage stage, Ruling ruling) {
        Ruling bare = new Ruling(ruling.disposition(), ruling.rule(), ruling.reason(), "");
        if (stage == Stage.RCPT) {
            ofRecipient.add(bare);
        } else {
            of(stage).add(bare);
        }
    }

    private Set<Ruling> of(Stage stage) {
        return byStage.computeIfAbsent(stage, s -> new LinkedHashSet<>(0));
    }

    /** The client names itself, perhaps anew: what was said of the name before is forgotten. */
    void helo() {
        byStage.remove(Stage.HELO);
        transaction();
    }

    /** A transaction begins: what was observed in the one before is forgotten. */
    void transaction() {
        byStage.remove(Stage.MAIL);
        byStage.remove(Stage.RCPT);
        byStage.remove(Stage.DATA);
        ofRecipient.clear();
    }

    /** A recipient is asked about. */
    void recipient() {
        ofRecipient.clear();
    }

    /** The recipient asked about gets the message: what was observed of it is the message's. */
    void recipientTaken() {
        if (!ofRecipient.isEmpty()) {
            of(Stage.RCPT).addAll(ofRecipient);
            ofRecipient.clear();
        }
    }

    /** What belongs to a refusal: of the stages so far, and of no other recipient than its own. */
    List<Ruling> ofRefusal(Stage stage) {
        List<Ruling> all = new ArrayList<>(0);
        for (Map.Entry<Stage, Set<Ruling>> one : byStage.entrySet()) {
            if (one.getKey().compareTo(stage) <= 0 && one.getKey() != Stage.RCPT) {
                all.addAll(one.getValue());
            }
        }
        if (stage == Stage.RCPT) {
            all.addAll(ofRecipient);
        }
        return all;
    }

    /** What belongs to the message: of every stage, and of the recipients that get it. */
    List<Ruling> ofMessage() {
        List<Ruling> all = new ArrayList<>(0);
        byStage.values().forEach(all::addAll);
        return all;
    }
}
