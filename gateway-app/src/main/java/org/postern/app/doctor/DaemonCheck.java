package org.postern.app.doctor;

import java.util.List;

/** Whether a gateway runs with this configuration, and takes mail. */
final class DaemonCheck implements Check {
    @Override
    public String name() {
        return "daemon";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        DaemonView daemon = scene.daemon();
        if (!daemon.runs()) {
            return List.of(
                    Finding.warning(
                            name(),
                            "the gateway does not answer: " + daemon.absence(),
                            "no mail is taken meanwhile; senders keep trying for some days. What"
                                    + " only a running gateway can say is marked not checked below",
                            scene.postern("run")));
        }
        if (daemon.metric("postern_ready").orElse(0) < 1) {
            return List.of(
                    Finding.failure(
                            name(),
                            "the gateway runs and says that not all of it is well",
                            "unless it is the clock or the relay, senders are told to come back"
                                    + " later",
                            scene.postern("status")));
        }
        return List.of(Finding.ok(name(), "the gateway runs and takes mail"));
    }
}
