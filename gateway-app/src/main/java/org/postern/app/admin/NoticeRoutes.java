package org.postern.app.admin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.app.impact.NoticeException;
import org.postern.app.impact.NoticePlans;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.time.TimeSource;
import tools.jackson.core.JacksonException;

/** Plans of notices over HTTP: {@code POST /api/v1/notices}, {@code …/PLAN/apply|undo}. */
public final class NoticeRoutes {
    private static final int MAX_BODY = 64 << 20;

    private final NoticePlans plans;
    private final Journal journal;
    private final Runnable wake;
    private final TimeSource time;

    /**
     * @param journal who is told what operators did
     * @param wake called when there is something to deliver
     */
    public NoticeRoutes(NoticePlans plans, Journal journal, Runnable wake, TimeSource time) {
        this.plans = plans;
        this.journal = journal;
        this.wake = wake;
        this.time = time;
    }

    /** The paths. */
    public List<Route> routes() {
        return List.of(
                new Route("POST", "/api/v1/notices", false, e -> guarded(e, this::plan)),
                new Route("POST", "/api/v1/notices/", false, e -> guarded(e, this::act)));
    }

    private interface Step {
        void take(Exchange exchange) throws IOException, NoticeException;
    }

    private static void guarded(Exchange exchange, Step step) throws IOException {
        try {
            step.take(exchange);
        } catch (NoticeException e) {
            exchange.text(409, Api.TEXT, e.getMessage() + "\n");
        } catch (JacksonException e) {
            exchange.text(400, Api.TEXT, "that is not JSON\n");
        }
    }

    private static String parameter(Exchange exchange, String name, String otherwise) {
        @Nullable String value = exchange.parameter(name);
        return value == null || value.isEmpty() ? otherwise : Human.printable(value);
    }

    private void plan(Exchange exchange) throws IOException, NoticeException {
        NoticePlans.Plan plan =
                plans.plan(
                        Json.MAPPER.readTree(exchange.body(MAX_BODY)),
                        parameter(exchange, "actor", "unknown"),
                        parameter(exchange, "selection", ""));
        if (!exchange.wantsText()) {
            exchange.json(
                    200,
                    Map.of(
                            "plan",
                            plan.id(),
                            "action",
                            "notify",
                            "count",
                            plan.count(),
                            "left_out",
                            plan.left(),
                            "sample",
                            List.of(plan.sample())));
            return;
        }
        String left =
                plan.left() == 0 ? "" : ", " + plan.left() + " left out: no recipients of ours";
        exchange.text(
                200,
                Api.TEXT,
                "plan "
                        + plan.id()
                        + ": "
                        + plan.count()
                        + " notices"
                        + left
                        + "\n\nthe first of them:\n\n"
                        + plan.sample().indent(4)
                        + "\nnothing is sent yet; to do it: postern impact --apply "
                        + plan.id()
                        + "\n");
    }

    private void act(Exchange exchange) throws IOException, NoticeException {
        String[] path = exchange.rest().split("/", -1);
        if (path.length != 2 || !(path[1].equals("apply") || path[1].equals("undo"))) {
            throw new NoticeException("say notices/PLAN/apply or notices/PLAN/undo");
        }
        String actor = parameter(exchange, "actor", "unknown");
        boolean apply = path[1].equals("apply");
        NoticePlans.Outcome outcome = apply ? plans.apply(path[0]) : plans.undo(path[0], actor);
        journal.append(
                new JournalEvent.Operation(
                        time.instant(),
                        actor,
                        apply ? "notify" : "undo notify",
                        path[0],
                        outcome.ids(),
                        outcome.ids().size(),
                        ""));
        wake.run();
        String brokenOff = outcome.brokenOff();
        int status = brokenOff.isEmpty() ? 200 : 503;
        if (exchange.wantsText()) {
            exchange.text(
                    status,
                    Api.TEXT,
                    outcome.ids().size()
                            + (apply ? " notices in the spool" : " notices dropped")
                            + (outcome.left() == 0
                                    ? ""
                                    : ", "
                                            + outcome.left()
                                            + (apply ? " were there already" : " are gone already"))
                            + (brokenOff.isEmpty()
                                    ? ""
                                    : ", then it broke off: "
                                            + Human.printable(brokenOff)
                                            + "; apply it again to go on from there")
                            + "\n");
        } else {
            exchange.json(
                    status,
                    Map.of(
                            "changed",
                            outcome.ids().size(),
                            "left",
                            outcome.left(),
                            "broken_off",
                            brokenOff));
        }
    }
}
