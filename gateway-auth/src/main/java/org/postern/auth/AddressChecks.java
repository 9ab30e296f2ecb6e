package org.postern.auth;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.SpfResult.Identity;
import org.postern.core.time.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks that need only the envelope: SPF of both identities and iprev, each on a virtual
 * thread of its own while the session goes on. Belongs to the session's thread.
 */
final class AddressChecks {
    private static final Logger LOG = LoggerFactory.getLogger(AddressChecks.class);

    private final SpfRequest mailFrom;
    private final SpfRequest helo;
    private final FutureTask<SpfResult> spf;
    private final FutureTask<SpfResult> heloSpf;

    private AddressChecks(
            Evaluators evaluators, SpfRequest mailFrom, SpfRequest helo, DnsBudget b) {
        this.mailFrom = mailFrom;
        this.helo = helo;
        this.spf = start("spf", () -> evaluators.spf().check(mailFrom, b));
        this.heloSpf = start("spf-helo", () -> evaluators.spf().check(helo, b));
    }

    /** Starts them for a known address. */
    static AddressChecks start(
            Evaluators evaluators, ClientAddress.Known client, String from, DnsBudget budget) {
        return new AddressChecks(
                evaluators,
                SpfRequest.mailFrom(client.address(), client.helo(), from),
                SpfRequest.helo(client.address(), client.helo()),
                budget);
    }

    private static <T> FutureTask<T> start(String name, Callable<T> check) {
        FutureTask<T> task = new FutureTask<>(check);
        Thread.ofVirtual().name("auth-" + name).start(task);
        return task;
    }

    SpfResult spf(Deadline deadline) {
        return await(spf, deadline, mailFrom);
    }

    SpfResult heloSpf(Deadline deadline) {
        return await(heloSpf, deadline, helo);
    }

    IprevResult iprev(Deadline deadline) {
        return new IprevResult(AuthResult.NONE, null, "iprev.not-run");
    }

    /** Results where the client's address is not known, so that nothing may be asked about it. */
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

    private static SpfResult await(
            FutureTask<SpfResult> task, Deadline deadline, SpfRequest request) {
        String reason = "spf.temperror.deadline";
        try {
            return task.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | CancellationException e) {
            task.cancel(true);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("SPF failed on {}: a defect of ours", request, e.getCause());
            reason = "spf.temperror.internal";
        }
        Identity identity = request.identity();
        return SpfResult.notRun(AuthResult.TEMPERROR, identity, request.domain(), reason);
    }

    void cancel() {
        spf.cancel(true);
        heloSpf.cancel(true);
    }
}
