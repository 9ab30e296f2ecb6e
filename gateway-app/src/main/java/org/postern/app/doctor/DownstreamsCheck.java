package org.postern.app.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.postern.app.wiring.DeliveryLookups;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.queue.delivery.DeliveryEnvironment;
import org.postern.queue.delivery.DownstreamCheck;
import org.postern.queue.delivery.HostResolver;

/** Whether each downstream is there, speaks, and agrees to TLS where that is demanded. */
final class DownstreamsCheck implements Check {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int MAX_DOWNSTREAMS = 50;

    @Override
    public String name() {
        return "downstream";
    }

    @Override
    public List<Finding> examine(Scene scene) throws InterruptedException {
        DeliveryEnvironment environment =
                new DeliveryEnvironment(
                        scene.config().hostname(),
                        scene.time(),
                        HostResolver.system(),
                        new DeliveryLookups(scene::dns, scene.time()));
        List<DownstreamConfig> all =
                scene.config().downstreams().values().stream()
                        .sorted(Comparator.comparing(DownstreamConfig::name))
                        .toList();
        List<Finding> findings = new ArrayList<>();
        for (DownstreamConfig downstream : all) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (findings.size() >= MAX_DOWNSTREAMS || scene.deadline().hasPassed()) {
                findings.add(
                        Finding.notChecked(
                                name(),
                                (all.size() - findings.size()) + " further downstreams",
                                "there was no time for them, or they are more than "
                                        + MAX_DOWNSTREAMS,
                                scene.postern("doctor --timeout 120 --only downstream")));
                break;
            }
            findings.add(downstream(scene, downstream, environment));
        }
        return findings;
    }

    private Finding downstream(
            Scene scene, DownstreamConfig downstream, DeliveryEnvironment environment) {
        return switch (DownstreamCheck.of(downstream, environment, STEP)) {
            case DownstreamCheck.Result.Speaks speaks ->
                    Finding.ok(
                            name(),
                            downstream.name()
                                    + (downstream.target() instanceof Target.Maildir
                                            ? " can be written"
                                            : " speaks, at "
                                                    + speaks.peer()
                                                    + (speaks.tls() == null
                                                            ? ", in the clear"
                                                            : ", " + speaks.tls())));
            case DownstreamCheck.Result.Trouble trouble ->
                    Finding.failure(
                            name(),
                            downstream.name()
                                    + " does not take mail, step "
                                    + trouble.step()
                                    + ": "
                                    + trouble.why(),
                            "mail for it is accepted and waits in the queue, for "
                                    + scene.config().spool().retryExpire().toDays()
                                    + " days at most",
                            command(downstream.target()));
        };
    }

    private static String command(Target target) {
        return switch (target) {
            case Target.Lmtp t -> "nc -vz " + t.host() + " " + t.port();
            case Target.Smtp t when t.implicitTls() ->
                    "openssl s_client -connect " + t.host() + ":" + t.port();
            case Target.Smtp t -> "nc -vz " + t.host() + " " + t.port();
            case Target.LmtpUnix t -> "ls -l " + t.socket();
            case Target.Maildir t -> "ls -ld " + t.directory();
        };
    }
}
