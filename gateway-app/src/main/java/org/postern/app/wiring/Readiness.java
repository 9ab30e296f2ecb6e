package org.postern.app.wiring;

import org.postern.app.state.GatewayState.Part;
import org.postern.queue.spool.SpoolHealth;
import org.postern.smtp.admission.OverloadController;

/** Whether each part that takes mail does, and why not: what {@code /readyz} answers by. */
final class Readiness {
    private Readiness() {}

    /** The listeners, which a stop closes first. */
    static Part listeners(boolean open, boolean stopping) {
        boolean listening = open && !stopping;
        return new Part(
                "listeners", listening, stopping ? "stopping" : listening ? "" : "not open yet");
    }

    /** The spool, which must be able to write and have room. */
    static Part spool(SpoolHealth health) {
        return new Part("spool", health.writable() && health.room(), health.detail());
    }

    /** The schedule of deliveries. */
    static Part relay(boolean alive) {
        return new Part("relay", alive, alive ? "" : "nothing is being delivered");
    }

    /** The load, under which new connections are turned away. */
    static Part overload(OverloadController controller) {
        OverloadController.State load = controller.state();
        return new Part(
                "overload",
                load != OverloadController.State.CLOSED,
                load == OverloadController.State.OPEN ? "" : controller.worst());
    }
}
