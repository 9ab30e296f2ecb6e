package org.postern.app.impact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.core.mail.QueueId;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.log.DiskSpool;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A plan changes nothing, apply tells each once however often it is called, undo takes back. */
class NoticePlansTest {
    private static final TimeSource TIME = TimeSource.system();

    @TempDir Path folder;

    private Spool spool;
    private NoticePlans plans;

    @BeforeEach
    void open() throws Exception {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        TIME,
                        SpoolListener.NONE);
        plans = plans();
    }

    @AfterEach
    void close() {
        spool.close();
    }

    /** A new one, as after a restart. */
    private NoticePlans plans() throws IOException {
        Snapshot snapshot = snapshot();
        return new NoticePlans(folder.resolve("notices"), spool, () -> snapshot, TIME);
    }

    private Snapshot snapshot() throws IOException {
        return SmallSite.snapshot(
                folder,
                TIME,
                "",
                "postmaster@example.test",
                "ann@example.test",
                "bob@example.test");
    }

    private static JsonNode request(String... recipients) {
        ObjectNode request = JsonMapper.shared().createObjectNode();
        request.put("template", "Subject: ${count} messages\n\nDear ${recipient}.\n");
        ArrayNode who = request.putArray("recipients");
        for (String recipient : recipients) {
            who.addObject()
                    .put("address", recipient)
                    .put("count", 3)
                    .put("first", 1)
                    .put("last", 2);
        }
        return request;
    }

    private long waiting() {
        return spool.summary().count(EntryState.QUEUED);
    }

    private String text(QueueId id) throws Exception {
        try (InputStream in = spool.received(id).open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aPlanShowsTheFirstNoticeAndChangesNothing() throws Exception {
        NoticePlans.Plan plan =
                plans.plan(
                        request("ann@example.test", "bob@example.test", "x@elsewhere.example"),
                        "carol",
                        "--reason dmarc");
        assertThat(plan.count()).isEqualTo(2);
        assertThat(plan.left()).as("no recipient of ours").isEqualTo(1);
        assertThat(plan.sample()).contains("Subject: 3 messages", "Dear ann@example.test.");
        assertThat(waiting()).isZero();
    }

    @Test
    void eachIsToldOnceHoweverOftenAPlanIsApplied() throws Exception {
        String id = plans.plan(request("ann@example.test", "bob@example.test"), "carol", "").id();
        NoticePlans.Outcome first = plans.apply(id);
        assertThat(first.ids()).hasSize(2);
        assertThat(waiting()).isEqualTo(2);
        assertThat(text(first.ids().get(1)))
                .contains("To: <bob@example.test>", "Auto-Submitted: auto-generated");
        NoticePlans.Outcome again = plans().apply(id);
        assertThat(again.ids()).isEmpty();
        assertThat(again.left()).isEqualTo(2);
        assertThat(waiting()).isEqualTo(2);
    }

    @Test
    void anInterruptedApplyGoesOnWhereItWas() throws Exception {
        String id = plans.plan(request("ann@example.test", "bob@example.test"), "carol", "").id();
        plans.apply(id);
        // the machine went away after the first was noted
        Path sent = folder.resolve("notices").resolve(id + ".sent");
        Files.write(sent, List.of(Files.readAllLines(sent).getFirst()));
        NoticePlans.Outcome rest = plans().apply(id);
        assertThat(rest.left()).isEqualTo(1);
        assertThat(rest.ids()).hasSize(1);
        assertThat(text(rest.ids().getFirst())).contains("To: <bob@example.test>");
    }

    @Test
    void aLineThatAStopTorOrZeroedIsCutOffAndItsNoticeSentAgain() throws Exception {
        String id = plans.plan(request("ann@example.test", "bob@example.test"), "carol", "").id();
        plans.apply(id);
        Path sent = folder.resolve("notices").resolve(id + ".sent");
        for (String left :
                List.of("0ABC", "\0".repeat(14), "\0".repeat(28), "not an id at a", "")) {
            String first = Files.readAllLines(sent).getFirst();
            Files.writeString(sent, first + "\n" + left);
            NoticePlans.Outcome rest = plans().apply(id);
            assertThat(rest.left()).isEqualTo(1);
            assertThat(rest.ids()).hasSize(1);
            assertThat(Files.readAllLines(sent))
                    .containsExactly(first, rest.ids().getFirst().toString());
        }
        Files.writeString(sent, Files.readString(sent) + "0ABC");
        assertThat(plans().undo(id, "carol").ids()).hasSize(2);
    }

    @Test
    void whatWasStoredBeforeAnApplyBrokeOffIsInItsOutcome() throws Exception {
        AtomicInteger room = new AtomicInteger(1);
        Spool full =
                (Spool)
                        Proxy.newProxyInstance(
                                Spool.class.getClassLoader(),
                                new Class<?>[] {Spool.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("begin")
                                            && room.getAndDecrement() <= 0) {
                                        throw new SpoolException(
                                                SpoolException.Kind.FULL, "no room");
                                    }
                                    return method.invoke(spool, arguments);
                                });
        Snapshot snapshot = snapshot();
        NoticePlans cramped =
                new NoticePlans(folder.resolve("notices"), full, () -> snapshot, TIME);
        String id = plans.plan(request("ann@example.test", "bob@example.test"), "carol", "").id();
        NoticePlans.Outcome part = cramped.apply(id);
        assertThat(part.ids()).hasSize(1);
        assertThat(part.brokenOff()).isEqualTo("no room");
        assertThatThrownBy(() -> cramped.apply(id)).isInstanceOf(SpoolException.class);
        NoticePlans.Outcome rest = plans.apply(id);
        assertThat(rest.ids()).hasSize(1);
        assertThat(rest.brokenOff()).isEmpty();
    }

    @Test
    void aPlanAndWhomItWasForAreForgottenAfterTwiceTheTrashsGrace() throws Exception {
        String id = plans.plan(request("ann@example.test"), "carol", "").id();
        plans.apply(id);
        Path plan = folder.resolve("notices").resolve(id);
        Path sent = folder.resolve("notices").resolve(id + ".sent");
        FileTime old = FileTime.from(TIME.instant().minus(Duration.ofDays(15)));
        Files.setLastModifiedTime(plan, old);
        assertThat(plans.tidy()).as("applied a moment ago").isZero();
        Files.setLastModifiedTime(sent, old);
        assertThat(plans.tidy()).isEqualTo(1);
        assertThat(folder.resolve("notices")).isEmptyDirectory();
        assertThatThrownBy(() -> plans.apply(id)).hasMessageContaining("may have expired");
    }

    @Test
    void undoDropsWhatIsNotDeliveredAndThePlanIsOver() throws Exception {
        String id = plans.plan(request("ann@example.test", "bob@example.test"), "carol", "").id();
        plans.apply(id);
        NoticePlans.Outcome undone = plans.undo(id, "carol");
        assertThat(undone.ids()).hasSize(2);
        assertThat(waiting()).isZero();
        assertThat(spool.summary().count(EntryState.TRASH)).isEqualTo(2);
        assertThatThrownBy(() -> plans.apply(id))
                .isInstanceOf(NoticeException.class)
                .hasMessageContaining("was undone");
    }

    @Test
    void aPlanThatIsNoneIsRefusedInWords() {
        assertThatThrownBy(() -> plans.apply("N12345678"))
                .isInstanceOf(NoticeException.class)
                .hasMessageContaining("no such plan");
        assertThatThrownBy(() -> plans.apply("../../etc/passwd"))
                .hasMessageContaining("8 letters or digits");
        assertThatThrownBy(() -> plans.plan(request("x@elsewhere.example"), "carol", ""))
                .hasMessageContaining("nobody would be told");
    }
}
