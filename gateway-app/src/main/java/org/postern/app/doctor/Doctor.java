package org.postern.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the checks side by side, each on a virtual thread, and ends with the scene's deadline
 * whatever they do: a check that has not ended by then has found nothing, and that is said.
 */
public final class Doctor {
    private final List<Check> checks;

    /** A doctor with these checks, whose findings come in this order. */
    public Doctor(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /** Every check there is. */
    public static Doctor withAllChecks() {
        return new Doctor(
                List.of(
                        new DaemonCheck(),
                        new ConfigCheck(),
                        new ResolverCheck(),
                        new MxCheck(),
                        new ReverseNameCheck(),
                        new CertificateCheck(),
                        new DownstreamsCheck(),
                        new FrontDoorCheck(),
                        new RecipientsCheck(),
                        new BlockListCheck(),
                        new ScannersCheck(),
                        new ClockCheck(),
                        new DiskCheck(),
                        new LimitsCheck(),
                        new EvidenceCheck()));
    }

    /** The names of the checks, in order. */
    public List<String> names() {
        return checks.stream().map(Check::name).toList();
    }

    /** The same with only the checks of these names. */
    public Doctor only(List<String> names) {
        return new Doctor(checks.stream().filter(c -> names.contains(c.name())).toList());
    }

    /** Examines; returns at the scene's deadline at the latest. */
    public List<Finding> examine(Scene scene) throws InterruptedException {
        // not closed by try-with-resources: that would wait for a check that hangs in the kernel
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            List<Future<List<Finding>>> running = new ArrayList<>();
            for (Check check : checks) {
                running.add(threads.submit(() -> check.examine(scene)));
            }
            List<Finding> findings = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                findings.addAll(outcome(checks.get(i), running.get(i), scene));
            }
            return findings;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Finding> outcome(Check check, Future<List<Finding>> running, Scene scene)
            throws InterruptedException {
        try {
            return running.get(scene.deadline().remaining().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return List.of(
                    Finding.notChecked(
                            check.name(),
                            "this check had not ended when the time was up",
                            "whatever it asks answers slowly or not at all; nothing is known of it",
                            scene.postern("doctor --timeout 120 --only " + check.name())));
        } catch (ExecutionException e) {
            return List.of(
                    Finding.notChecked(
                            check.name(),
                            "this check broke off: " + e.getCause(),
                            "a defect in the check itself, please report it",
                            ""));
        }
    }
}
