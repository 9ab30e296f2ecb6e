package org.postern.app.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Whether the wall clock can be believed: against this program's age, against the monotonic clock
 * of the running gateway, by the kernel's own word, and against a time server where one is named.
 */
final class ClockCheck implements Check {
    private static final Instant RELEASE = Instant.parse("2026-11-01T00:00:00Z");
    private static final double STEP_SECONDS = 2;
    private static final Duration FAR_OFF = Duration.ofSeconds(60);
    private static final Duration OFF = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final String WHY =
            "stamps in Received and logs are wrong, DKIM signatures and certificates seem expired"
                    + " or not yet valid";

    private final Supplier<Optional<Kernel.Clock>> kernel;

    ClockCheck() {
        this(Kernel::clock);
    }

    /**
     * @param kernel what the kernel says of its clock
     */
    ClockCheck(Supplier<Optional<Kernel.Clock>> kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        Instant now = scene.time().instant();
        if (now.isBefore(RELEASE)) {
            findings.add(
                    Finding.failure(
                            name(),
                            "the clock says " + now + ", which is before this program was made",
                            WHY,
                            "timedatectl status"));
        }
        findings.add(step(scene));
        findings.add(kernel.get().map(this::discipline).orElseGet(this::unknownDiscipline));
        findings.add(
                scene.options()
                        .timeServer()
                        .map(server -> compared(scene, server))
                        .orElseGet(() ->
                                Finding.notChecked(
                                        name(),
                                        "the clock was not compared with a time server",
                                        "that it is disciplined does not prove that it is right",
                                        scene.postern("doctor --only clock --ntp pool.ntp.org"))));
        return findings;
    }

    private Finding step(Scene scene) {
        OptionalDouble step = scene.daemon().metric("postern_clock_step_seconds");
        if (step.isEmpty()) {
            return Finding.notChecked(
                    name(),
                    "steps of the wall clock: only a running gateway can see them",
                    "it compares the wall clock with the monotonic one for as long as it runs",
                    scene.postern("run"));
        }
        double seconds = step.getAsDouble();
        String what =
                String.format(
                        Locale.ROOT,
                        "since the gateway's start the wall clock moved %+.3f s against the"
                                + " monotonic one",
                        seconds);
        return Math.abs(seconds) < STEP_SECONDS
                ? Finding.ok(name(), what)
                : Finding.warning(
                        name(),
                        what,
                        "somebody set it, or a machine was suspended; mail that came meanwhile"
                                + " carries wrong stamps",
                        "journalctl -u chrony -u systemd-timesyncd --since -1d");
    }

    private Finding discipline(Kernel.Clock clock) {
        String drift = String.format(Locale.ROOT, "%+.1f ppm", clock.drift());
        if (clock.synchronised()) {
            return Finding.ok(
                    name(),
                    "the kernel's clock is disciplined, drift corrected by "
                            + drift
                            + ", largest error "
                            + clock.maxErrorMicros() / 1_000
                            + " ms");
        }
        return Finding.warning(
                name(),
                "no time daemon disciplines the kernel's clock (STA_UNSYNC; drift " + drift + ")",
                "it wanders by seconds a day, until DKIM signatures seem to come from the future."
                        + " In a container the host's daemon counts",
                "timedatectl status; chronyc tracking");
    }

    private Finding unknownDiscipline() {
        return Finding.notChecked(
                name(),
                "whether a time daemon disciplines the clock: this system does not say",
                "adjtimex is not there or not allowed",
                "timedatectl status; chronyc tracking");
    }

    private Finding compared(Scene scene, String server) {
        try {
            Duration offset = TimeServer.offset(server, scene.time(), PATIENCE);
            String what =
                    String.format(
                            Locale.ROOT,
                            "%s is %+.3f s from our clock",
                            server,
                            offset.toMillis() / 1000.0);
            String command = "chronyd -Q 'server " + server + " iburst'";
            if (offset.abs().compareTo(FAR_OFF) > 0) {
                return Finding.failure(name(), what, WHY, command);
            }
            return offset.abs().compareTo(OFF) > 0
                    ? Finding.warning(name(), what, WHY, command)
                    : Finding.ok(name(), what);
        } catch (IOException | NumberFormatException e) {
            return Finding.notChecked(
                    name(),
                    "time server " + server + ": " + e.getMessage(),
                    "no answer, so nothing is known; UDP port 123 may be closed",
                    "chronyd -Q 'server " + server + " iburst'");
        }
    }
}
