package org.postern.auth;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks that need only the envelope: SPF of both identities and iprev, each on a virtual
 * thread of its own while the session goes on. Belongs to the session's thread.
 */
final class AddressChecks {
    private static final Logger LOG = LoggerFactory.getLogger(AddressChecks.class);

    private static final String LATE = "temperror.deadline";
    private static final String DEFECT = "temperror.internal";

    private final Check<SpfResult> spf;
    private final Check<SpfResult> heloSpf;
    private final Check<IprevResult> iprev;

    private AddressChecks(
            Evaluators evaluators, ClientAddress.Known client, String from, DnsBudget budget) {
        TimeSource time = evaluators.time();
        SpfRequest mailFrom = SpfRequest.mailFrom(client.address(), client.helo(), from);
        SpfRequest helo = SpfRequest.helo(client.address(), client.helo());
        spf =
                Check.start(
                        "spf",
                        time,
                        () -> evaluators.spf().check(mailFrom, budget),
                        why -> spfNotKnown(mailFrom, why));
        heloSpf =
                Check.start(
                        "spf-helo",
                        time,
                        () -> evaluators.spf().check(helo, budget),
                        why -> spfNotKnown(helo, why));
        iprev =
                Check.start(
                        "iprev",
                        time,
                        () -> evaluators.iprev().check(client.address(), budget),
                        why -> new IprevResult(AuthResult.TEMPERROR, null, "iprev." + why));
    }

    /** Starts them for a known address. */
    static AddressChecks start(
            Evaluators evaluators, ClientAddress.Known client, String from, DnsBudget budget) {
        return new AddressChecks(evaluators, client, from, budget);
    }

    /** SPF of the reverse-path. */
    Check<SpfResult> spf() {
        return spf;
    }

    /** SPF of the HELO name. */
    Check<SpfResult> heloSpf() {
        return heloSpf;
    }

    /** The reverse look-up. */
    Check<IprevResult> iprev() {
        return iprev;
    }

    /** Gives up whatever is still under way. */
    void cancel() {
        spf.cancel();
        heloSpf.cancel();
        iprev.cancel();
    }

    /** SPF's result where the client's address is not known, so that nothing may be asked. */
    static SpfResult implausible(ClientAddress client, SpfRequest request) {
        return new SpfResult(
                AuthResult.NONE,
                request.identity(),
                request.domain(),
                null,
                ClientAddress.IMPLAUSIBLE,
                null,
                List.of(client.explanation()),
                0,
                0,
                0);
    }

    private static SpfResult spfNotKnown(SpfRequest request, String why) {
        return SpfResult.notRun(
                AuthResult.TEMPERROR, request.identity(), request.domain(), "spf." + why);
    }

    /** One check in the background. */
    static final class Check<T> {
        private final String name;
        private final FutureTask<T> task;
        private final Function<String, T> notKnown;
        private volatile long nanos;

        private Check(
                String name, TimeSource time, Supplier<T> check, Function<String, T> notKnown) {
            this.name = name;
            this.notKnown = notKnown;
            this.task =
                    new FutureTask<>(() -> {
                        long start = time.nanoTime();
                        T result = check.get();
                        nanos = time.nanoTime() - start;
                        return result;
                    });
        }

        private static <T> Check<T> start(
                String name, TimeSource time, Supplier<T> check, Function<String, T> notKnown) {
            Check<T> started = new Check<>(name, time, check, notKnown);
            Thread.ofVirtual().name("auth-" + name).start(started.task);
            return started;
        }

        /** Its result; temperror if it is not there by the deadline. */
        T result(Deadline deadline) {
            String why = LATE;
            try {
                return task.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException | CancellationException e) {
                task.cancel(true);
            } catch (InterruptedException e) {
                task.cancel(true);
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                LOG.error("The check {} failed: a defect of ours", name, e.getCause());
                why = DEFECT;
            }
            return notKnown.apply(why);
        }

        /**
         * Its result if it is there by then, without giving it up: for those beside the session who
         * can do without. Any thread.
         */
        Optional<T> within(Duration patience) {
            try {
                return Optional.of(task.get(patience.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException | CancellationException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (ExecutionException e) {
                return Optional.empty(); // the session, which asks for the result, tells of it
            }
        }

        /** How long it took, 0 before it has ended. */
        long nanos() {
            return nanos;
        }

        void cancel() {
            task.cancel(true);
        }
    }
}
