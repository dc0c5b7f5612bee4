package dev.polder.framework;

import static java.util.Objects.requireNonNull;

import dev.polder.framework.CallResult.Reason;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Framework}: finds the leading master, subscribes, stays subscribed through every change of the leader, and
 * brings events to the framework and its calls to the master.
 *
 * <pre>{@code
 * try (FrameworkDriver driver = FrameworkDriver.start(new Hello(), FrameworkConfig.named("hello"), "10.0.0.1:5050")) {
 *     driver.join();
 * }
 * }</pre>
 *
 * <p>Three daemon threads belong to it, one of them for callbacks. It ends by {@link #close}, by {@link #teardown}, or when
 * the master ends the subscription for good ({@link Framework#onError}); then it has given everything back.
 */
public final class FrameworkDriver implements SchedulerDriver {
    /** So many calls may wait for their answers; a further one is refused. */
    public static final int CALLS_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(FrameworkDriver.class);
    private static final int ACKNOWLEDGED_MAX = 10_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final RecentUpdates acknowledged = new RecentUpdates(ACKNOWLEDGED_MAX);
    private final AtomicInteger callsWaiting = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean released = new AtomicBoolean();
    private final SchedulerLink link;
    private final ThreadLoop loop;
    private final Callbacks callbacks;
    private final SchedulerSession session;
    private final Thread callbackThread;

    private FrameworkDriver(
            Framework framework, FrameworkConfig config, List<InetSocketAddress> masters, SchedulerLink link) {
        this.link = link;
        this.loop = new ThreadLoop("framework-" + config.name() + "-session");
        this.callbacks = new Callbacks(framework, this, config.acknowledgeByHand(), acknowledged, this::resume);
        this.session = new SchedulerSession(config, new MasterSearch(masters), link, loop, callbacks);
        this.callbackThread = new Thread(this::runCallbacks, "framework-" + config.name());
        this.callbackThread.setDaemon(true);
    }

    /**
     * Starts a framework. Returns at once; {@link Framework#onSubscribed} tells when a master has taken it, however long
     * that takes.
     *
     * @param masters one or more, resolved or not; the leader need not be among them
     */
    public static FrameworkDriver start(
            Framework framework, FrameworkConfig config, Collection<InetSocketAddress> masters) {
        requireNonNull(framework, "framework");
        List<InetSocketAddress> addresses = List.copyOf(masters);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "framework " + config.name() + " has no master address, at least one is needed");
        }
        return start(framework, config, addresses, HttpSchedulerLink.start("framework-" + config.name() + "-network"));
    }

    /** Starts a framework, see {@link #start(Framework, FrameworkConfig, Collection)}. */
    public static FrameworkDriver start(Framework framework, FrameworkConfig config, InetSocketAddress... masters) {
        return start(framework, config, List.of(masters));
    }

    /**
     * Starts a framework, see {@link #start(Framework, FrameworkConfig, Collection)}.
     *
     * @param masters {@code host:port}, several with commas between; the port is 5050 if missing
     */
    public static FrameworkDriver start(Framework framework, FrameworkConfig config, String masters) {
        return start(framework, config, Addresses.parseList(masters));
    }

    static FrameworkDriver start(
            Framework framework, FrameworkConfig config, List<InetSocketAddress> masters, SchedulerLink link) {
        FrameworkDriver driver = new FrameworkDriver(framework, config, masters, link);
        driver.callbackThread.start();
        driver.loop.execute(driver.session::start);
        return driver;
    }

    /** Waits until the driver has ended. */
    public void join() throws InterruptedException {
        checkNotInCallback();
        ended.await();
    }

    /** Waits until the driver has ended; false if it has not by then. */
    public boolean join(Duration atMost) throws InterruptedException {
        checkNotInCallback();
        return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Returns what came of the last attempt to be subscribed, in words, such as {@code 10.0.0.1:5050: Connection refused};
     * empty while subscribed and before the first attempt has failed. Any thread may ask.
     */
    public String obstacle() {
        return session.obstacle();
    }

    @Override
    public Optional<FrameworkId> frameworkId() {
        return Optional.ofNullable(session.frameworkId());
    }

    @Override
    public CompletionStage<CallResult> accept(Collection<Offer> offers, Collection<TaskInfo> tasks, Filters filters) {
        return call(Calls.accept(offers, tasks, filters));
    }

    @Override
    public CompletionStage<CallResult> decline(Collection<Offer> offers, Filters filters) {
        return offers.isEmpty() ? nothingToDo() : call(Calls.decline(offers, filters));
    }

    @Override
    public CompletionStage<CallResult> kill(TaskId task) {
        return call(Calls.kill(task, null));
    }

    @Override
    public CompletionStage<CallResult> kill(TaskId task, Duration grace) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace is " + grace + ", it must not be negative");
        }
        return call(Calls.kill(task, grace));
    }

    @Override
    public CompletionStage<CallResult> acknowledge(TaskStatus status) {
        Call.@Nullable Builder call = Calls.acknowledge(status);
        if (call == null) {
            return nothingToDo();
        }
        status.updateId().ifPresent(acknowledged::add);
        return call(call);
    }

    @Override
    public CompletionStage<CallResult> reconcile() {
        return call(Calls.reconcile(List.of()));
    }

    @Override
    public CompletionStage<CallResult> reconcile(Collection<TaskId> tasks) {
        return tasks.isEmpty() ? nothingToDo() : call(Calls.reconcile(tasks));
    }

    @Override
    public CompletionStage<CallResult> suppress(String... roles) {
        return call(Calls.suppress(List.of(roles)));
    }

    @Override
    public CompletionStage<CallResult> revive(String... roles) {
        return call(Calls.revive(List.of(roles)));
    }

    @Override
    public CompletionStage<CallResult> teardown() {
        return call(Calls.teardown());
    }

    @Override
    public void close() {
        loop.execute(session::close);
        if (callbacks.isCallbackThread()) {
            return; // the thread ends, and gives everything back, when the callback returns
        }
        boolean interrupted = false;
        try {
            callbackThread.join(CLOSE_TIMEOUT.toMillis());
            if (callbackThread.isAlive()) {
                log.warn("close=incomplete thread={} reason=a callback does not return", callbackThread.getName());
                callbackThread.interrupt();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        release();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletionStage<CallResult> call(Call.Builder call) {
        CallFuture<CallResult> future = new CallFuture<>(callbacks::isCallbackThread);
        if (callsWaiting.incrementAndGet() > CALLS_MAX) {
            callsWaiting.decrementAndGet();
            future.complete(new CallResult.Refused(
                    Reason.TOO_MANY_CALLS,
                    call.getType() + " was not sent: " + CALLS_MAX + " calls wait for their answers already"));
        } else if (!loop.execute(() -> session.call(call, result -> answered(future, result)))) {
            answered(future, new CallResult.Refused(Reason.CLOSED, "the driver is closed"));
        }
        return future;
    }

    private void answered(CallFuture<CallResult> future, CallResult result) {
        if (!result.isAccepted()) {
            log.debug("call=failed result={}", result);
        }
        callbacks.result(() -> {
            callsWaiting.decrementAndGet();
            future.complete(result);
        });
    }

    private CompletionStage<CallResult> nothingToDo() {
        CallFuture<CallResult> future = new CallFuture<>(callbacks::isCallbackThread);
        future.complete(new CallResult.Accepted());
        return future;
    }

    private void resume() {
        loop.execute(session::resume);
    }

    private void runCallbacks() {
        try {
            callbacks.run();
        } finally {
            release();
            ended.countDown();
        }
    }

    private void release() {
        if (released.compareAndSet(false, true)) {
            loop.close();
            link.close();
            callbacks.drain();
        }
    }

    private void checkNotInCallback() {
        if (callbacks.isCallbackThread()) {
            throw new IllegalStateException("a callback cannot wait for the end of its own driver; use close()");
        }
    }
}
