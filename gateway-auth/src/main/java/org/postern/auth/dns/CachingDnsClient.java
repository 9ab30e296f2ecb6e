package org.postern.auth.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DnsConfig;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DNS client of the running gateway: a cache before the configured servers.
 *
 * <p>A question that is under way is asked once however many callers wait for it; it runs on a
 * virtual thread of this client, so that the first caller's deadline ends its own waiting and
 * nobody else's. Callers wait on their own thread up to their deadline. Where nobody answers,
 * records past their time serve on (RFC 8767), marked stale.
 *
 * <p>Thread-safe. Closing ends questions under way with {@link DnsAnswer.Reason#CLOSED}.
 */
public final class CachingDnsClient implements DnsClient, AutoCloseable {
    /** Questions under way at most, over all messages. */
    public static final int MAX_IN_FLIGHT = 4_096;

    private static final DnsName INVALID = DnsName.of("invalid");

    private static final Logger LOG = LoggerFactory.getLogger(CachingDnsClient.class);

    private final Upstream upstream;
    private final AnswerCache cache;
    private final CachePolicy policy;
    private final DnsListener listener;
    private final ConcurrentHashMap<AnswerCache.Key, CompletableFuture<DnsAnswer<?>>> inFlight =
            new ConcurrentHashMap<>();
    private final Semaphore places;
    private final ExecutorService executor =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dns-", 0).factory());

    /** For tests: answers from wherever {@code upstream} gets them. */
    CachingDnsClient(
            Upstream upstream,
            CachePolicy policy,
            TimeSource time,
            DnsListener listener,
            int maxInFlight) {
        this.upstream = upstream;
        this.policy = policy;
        this.cache = new AnswerCache(policy, time);
        this.listener = listener;
        this.places = new Semaphore(maxInFlight);
    }

    /**
     * A client for the servers of the configuration, or where it names none for those of {@code
     * /etc/resolv.conf}.
     *
     * @throws IOException if {@code /etc/resolv.conf} is needed and cannot be read
     */
    public static CachingDnsClient of(DnsConfig config, TimeSource time, DnsListener listener)
            throws IOException {
        return of(config, CachePolicy.DEFAULT, time, listener, ResolvConf.PATH);
    }

    /**
     * A client that asks the same servers and keeps nothing.
     *
     * @throws IOException as for {@link #of}
     */
    public static CachingDnsClient uncached(DnsConfig config, TimeSource time, DnsListener listener)
            throws IOException {
        return of(config, CachePolicy.NOTHING, time, listener, ResolvConf.PATH);
    }

    static CachingDnsClient of(
            DnsConfig config,
            CachePolicy policy,
            TimeSource time,
            DnsListener listener,
            Path resolvConf)
            throws IOException {
        List<InetSocketAddress> addresses = config.servers();
        boolean trustAd = false;
        if (addresses.isEmpty()) {
            ResolvConf system = ResolvConf.read(resolvConf);
            addresses = system.servers();
            trustAd = system.trustAd();
        }
        List<Server> servers = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            boolean local =
                    address.getAddress() != null && address.getAddress().isLoopbackAddress();
            servers.add(new Server(address, local || trustAd, time, listener));
        }
        Upstream pool =
                new ServerPool(
                        servers,
                        new Exchange(time, listener),
                        config.timeout(),
                        config.tries(),
                        listener);
        return new CachingDnsClient(pool, policy, time, listener, MAX_IN_FLIGHT);
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        return ask(name, QueryType.TXT, budget);
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        return ask(name, QueryType.A, budget);
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        return ask(name, QueryType.AAAA, budget);
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        return ask(name, QueryType.MX, budget);
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        return ask(DnsName.reverse(address), QueryType.PTR, budget);
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        return ask(name, QueryType.TLSA, budget);
    }

    /** Estimated heap of the cache in bytes, for a gauge. */
    public long cacheBytes() {
        return cache.bytes();
    }

    /** Answers in the cache, about, for a gauge. */
    public long cacheEntries() {
        return cache.size();
    }

    /** Questions under way at the servers. */
    public int inFlight() {
        return inFlight.size();
    }

    @Override
    public void close() {
        executor.shutdownNow(); // interrupts, which closes the sockets and ends the waiting
    }

    // each QueryType reads records of one class, and a key holds its type
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <T> DnsAnswer<T> ask(DnsName name, QueryType type, DnsBudget budget) {
        DnsAnswer<?> answer = answer(new AnswerCache.Key(name, type), budget);
        budget.answered(type, name, answer);
        return (DnsAnswer<T>) answer;
    }

    private DnsAnswer<?> answer(AnswerCache.Key key, DnsBudget budget) {
        if (key.name().isWithin(INVALID)) {
            // RFC 6761, 6.4: known not to exist, no server is asked
            return counted(new DnsAnswer.NxDomain<>(false));
        }
        if (!budget.take()) {
            return counted(trouble(DnsAnswer.Reason.BUDGET, "this message has asked enough"));
        }
        AnswerCache.Entry known = cache.get(key);
        if (known != null && cache.fresh(known)) {
            listener.asked(
                    known.answer() instanceof DnsAnswer.Found<?> found && found.stale()
                            ? DnsListener.Outcome.STALE
                            : DnsListener.Outcome.CACHED);
            return known.answer();
        }
        if (budget.deadline().hasPassed()) {
            return counted(trouble(DnsAnswer.Reason.DEADLINE, "this message's time is up"));
        }
        DnsAnswer<?> stale = cache.stale(known);
        CompletableFuture<DnsAnswer<?>> future = inFlight.computeIfAbsent(key, this::start);
        if (future.isDone()) {
            inFlight.remove(key, future); // it never started, or has just ended
        }
        Duration patience = budget.deadline().remaining();
        if (stale != null && policy.staleAfter().compareTo(patience) < 0) {
            patience = policy.staleAfter();
        }
        return counted(await(future, patience, stale));
    }

    private static DnsAnswer<?> await(
            CompletableFuture<DnsAnswer<?>> future,
            Duration patience,
            @Nullable DnsAnswer<?> stale) {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return stale != null
                    ? stale
                    : trouble(
                            DnsAnswer.Reason.DEADLINE,
                            "no answer before this message's time is up");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return trouble(DnsAnswer.Reason.CLOSED, "interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a question is never completed by an exception", e);
        }
    }

    /** Runs under the map's lock for this key, so it only starts a thread. */
    private CompletableFuture<DnsAnswer<?>> start(AnswerCache.Key key) {
        CompletableFuture<DnsAnswer<?>> future = new CompletableFuture<>();
        AnswerCache.Entry justIn = cache.get(key);
        if (justIn != null && cache.fresh(justIn)) {
            future.complete(justIn.answer()); // another caller's question ended since we looked
            return future;
        }
        if (!places.tryAcquire()) {
            future.complete(trouble(DnsAnswer.Reason.OVERLOAD, "too many questions under way"));
            return future;
        }
        try {
            executor.execute(() -> run(key, future));
        } catch (RejectedExecutionException e) {
            places.release();
            future.complete(trouble(DnsAnswer.Reason.CLOSED, "closed"));
        }
        return future;
    }

    private void run(AnswerCache.Key key, CompletableFuture<DnsAnswer<?>> future) {
        DnsAnswer<?> answer = trouble(DnsAnswer.Reason.CLOSED, "the look-up broke off");
        try {
            answer = cache.put(key, upstream.resolve(key.name(), key.type()));
        } catch (RuntimeException e) {
            LOG.error("a look-up of {} {} broke: a defect of ours", key.type(), key.name(), e);
            answer = trouble(DnsAnswer.Reason.BAD_ANSWER, "look-up broke: " + e);
        } finally {
            places.release();
            inFlight.remove(key);
            future.complete(answer);
        }
    }

    private DnsAnswer<?> counted(DnsAnswer<?> answer) {
        listener.asked(DnsListener.Outcome.of(answer));
        return answer;
    }

    private static DnsAnswer<?> trouble(DnsAnswer.Reason reason, String detail) {
        return new DnsAnswer.TempError<>(reason, detail);
    }
}
