package dev.polder.framework;

import dev.polder.framework.CallResult.Reason;
import dev.polder.framework.SchedulerLink.End;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a framework subscribed to whichever master leads. Owned by the event loop.
 *
 * <pre>
 *  SEARCHING --delay over--> SUBSCRIBING --SUBSCRIBED--> SUBSCRIBED
 *      ^---redirect, lost, no answer--'---lost, silence-------'
 *  all of them --close, ERROR, rejected, torn down--> ENDED
 * </pre>
 */
final class SchedulerSession {
    static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(10);
    static final int HEARTBEATS_MISSED_MAX = 5;

    /** A subscription that lasted so long resets the delays. */
    static final Duration SETTLED = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(SchedulerSession.class);
    private static final Duration HEARTBEAT_INTERVAL_DEFAULT = Duration.ofSeconds(15);

    private enum Phase {
        SEARCHING,
        SUBSCRIBING,
        SUBSCRIBED,
        ENDED
    }

    private final FrameworkConfig config;
    private final MasterSearch search;
    private final SchedulerLink link;
    private final EventLoop loop;
    private final Callbacks callbacks;

    /** The calls under way; bounded by the driver. */
    private final Set<Consumer<CallResult>> unanswered = new LinkedHashSet<>();

    private final Set<String> suppressedRoles;
    private volatile @Nullable FrameworkId frameworkId;
    private volatile String obstacle = "";
    private Phase phase = Phase.SEARCHING;
    private int attempt;
    private SchedulerLink.@Nullable Subscription subscription;
    private boolean reading = true;
    private boolean tearingDown;
    private long heardAtNs;
    private long subscribedAtNs;
    private Duration heartbeatInterval = HEARTBEAT_INTERVAL_DEFAULT;

    SchedulerSession(
            FrameworkConfig config, MasterSearch search, SchedulerLink link, EventLoop loop, Callbacks callbacks) {
        this.config = config;
        this.search = search;
        this.link = link;
        this.loop = loop;
        this.callbacks = callbacks;
        this.suppressedRoles = new TreeSet<>(config.suppressedRoles());
        this.frameworkId = config.frameworkId().orElse(null);
    }

    /** Returns the framework's name once there is one; any thread may ask. */
    @Nullable
    FrameworkId frameworkId() {
        return frameworkId;
    }

    /** Returns why the last attempt came to nothing, empty while subscribed and before; any thread may ask. */
    String obstacle() {
        return obstacle;
    }

    /** Begins to search; nothing happens before. */
    void start() {
        subscribe();
    }

    /** Sends a call, if subscribed. {@code answer} is called exactly once, by the event loop. */
    void call(Call.Builder call, Consumer<CallResult> answer) {
        SchedulerLink.Subscription current = subscription;
        FrameworkId id = frameworkId;
        if (phase != Phase.SUBSCRIBED || current == null || id == null) {
            answer.accept(
                    phase == Phase.ENDED
                            ? new CallResult.Refused(Reason.CLOSED, "the driver is closed")
                            : new CallResult.Refused(
                                    Reason.NOT_SUBSCRIBED,
                                    call.getType() + " was not sent: framework " + config.name()
                                            + " is not subscribed just now, " + phase + " " + search.current()));
            return;
        }
        call.setFrameworkId(Calls.frameworkId(id));
        remember(call);
        unanswered.add(answer);
        current.send(call.build(), result -> loop.execute(() -> answered(call.getType(), answer, result)));
    }

    /** Goes on reading, after {@link Callbacks} had no room. */
    void resume() {
        if (!reading && subscription != null) {
            reading = true;
            heardAtNs = loop.nanoTime();
            subscription.setReading(true);
        }
    }

    /** Ends the session for good, by the framework's own wish. */
    void close() {
        if (phase != Phase.ENDED) {
            end("the driver was closed");
            callbacks.close();
        }
    }

    private void remember(Call.Builder call) {
        switch (call.getType()) {
            case SUPPRESS ->
                suppressedRoles.addAll(
                        call.getSuppress().getRolesCount() == 0
                                ? config.roles()
                                : call.getSuppress().getRolesList());
            case REVIVE ->
                suppressedRoles.removeAll(
                        call.getRevive().getRolesCount() == 0
                                ? config.roles()
                                : call.getRevive().getRolesList());
            case TEARDOWN -> tearingDown = true;
            default -> {}
        }
    }

    private void answered(Call.Type type, Consumer<CallResult> answer, CallResult result) {
        if (!unanswered.remove(answer)) {
            return; // the end of the session has answered it
        }
        answer.accept(result);
        if (type == Call.Type.TEARDOWN) {
            tearingDown = false;
            if (result.isAccepted()) {
                end("the framework was torn down");
                callbacks.end();
            } else if (phase == Phase.SEARCHING) {
                subscribe();
            }
        }
    }

    private void subscribe() {
        int thisAttempt = ++attempt;
        InetSocketAddress master = search.current();
        phase = Phase.SUBSCRIBING;
        reading = true;
        log.debug("framework={} subscribing={}", config.name(), master);
        Call call = Calls.subscribe(config, frameworkId, suppressedRoles);
        subscription = link.subscribe(master, call, new Listener(thisAttempt));
        loop.schedule(SUBSCRIBE_TIMEOUT, () -> {
            if (attempt == thisAttempt && phase == Phase.SUBSCRIBING) {
                silent("no answer within " + SUBSCRIBE_TIMEOUT.toSeconds() + " s");
            }
        });
    }

    private void event(Event event) {
        heardAtNs = loop.nanoTime();
        try {
            handle(event);
        } catch (IllegalArgumentException unreadable) {
            log.warn("event=ignored type={} master={}", event.getType(), search.current(), unreadable);
        }
        SchedulerLink.Subscription current = subscription;
        if (reading && current != null && callbacks.isFull()) {
            reading = false;
            current.setReading(false);
        }
    }

    private void handle(Event event) {
        switch (event.getType()) {
            case SUBSCRIBED -> subscribed(event.getSubscribed());
            case OFFERS -> callbacks.offers(Events.offers(event.getOffers(), config.roles()));
            case RESCIND ->
                callbacks.rescinded(Events.offerId(event.getRescind().getOfferId()));
            case UPDATE -> callbacks.update(Events.status(event.getUpdate().getStatus()));
            case FAILURE -> Events.failure(event.getFailure()).ifPresent(callbacks::failure);
            case ERROR -> rejected(event.getError().getMessage());
            case HEARTBEAT -> {}
            default -> log.debug("event=ignored type={}", event.getType());
        }
    }

    private void subscribed(Event.Subscribed event) {
        if (phase != Phase.SUBSCRIBING) {
            throw new IllegalArgumentException("a second SUBSCRIBED on one stream");
        }
        FrameworkId id = new FrameworkId(event.getFrameworkId().getValue());
        frameworkId = id;
        phase = Phase.SUBSCRIBED;
        obstacle = "";
        subscribedAtNs = loop.nanoTime();
        heartbeatInterval = Events.heartbeatInterval(event, HEARTBEAT_INTERVAL_DEFAULT);
        log.info("framework={} id={} subscribed={}", config.name(), id, search.current());
        callbacks.subscribed(id, Events.master(event, search.current()));
        listenForHeartbeats(attempt);
    }

    private void listenForHeartbeats(int thisAttempt) {
        loop.schedule(heartbeatInterval, () -> {
            if (attempt != thisAttempt || phase != Phase.SUBSCRIBED) {
                return;
            }
            long silentNs = loop.nanoTime() - heardAtNs;
            // while we do not read, we cannot hear
            if (reading
                    && silentNs
                            > heartbeatInterval
                                    .multipliedBy(HEARTBEATS_MISSED_MAX)
                                    .toNanos()) {
                silent("silent for " + TimeUnit.NANOSECONDS.toMillis(silentNs) + " ms");
            } else {
                listenForHeartbeats(thisAttempt);
            }
        });
    }

    private void ended(End end) {
        if (end instanceof End.Redirected redirected) {
            log.debug("framework={} master={} leader={}", config.name(), search.current(), redirected.leader());
            disconnect();
            searchAfter(search.redirectTo(redirected.leader()));
        } else if (end instanceof End.Rejected rejected) {
            rejected(rejected.message());
        } else if (end instanceof End.Lost lost) {
            lost(lost.message());
        }
    }

    private void silent(String why) {
        leave(why, true);
    }

    private void lost(String why) {
        leave(why, false);
    }

    private void leave(String why, boolean silent) {
        if (phase == Phase.SUBSCRIBED) {
            log.info("framework={} disconnected={} reason={}", config.name(), search.current(), why);
            if (loop.nanoTime() - subscribedAtNs >= SETTLED.toNanos()) {
                search.settled();
            }
        } else {
            log.debug("framework={} master={} reason={}", config.name(), search.current(), why);
        }
        obstacle = search.current().getHostString() + ":" + search.current().getPort() + ": " + why;
        if (silent) {
            search.silent();
        }
        disconnect();
        searchAfter(search.next());
    }

    private void disconnect() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
        if (phase == Phase.SUBSCRIBED) {
            callbacks.disconnected();
        }
        phase = Phase.SEARCHING;
    }

    private void searchAfter(Duration delay) {
        int thisAttempt = ++attempt;
        loop.schedule(delay, () -> {
            // the answer to a TEARDOWN decides whether there is anything left to subscribe
            if (attempt == thisAttempt && phase == Phase.SEARCHING && !tearingDown) {
                subscribe();
            }
        });
    }

    private void rejected(String message) {
        log.warn("framework={} master={} error={}", config.name(), search.current(), message);
        end("the master ended the subscription: " + message);
        callbacks.error(message);
        callbacks.end();
    }

    private void end(String why) {
        phase = Phase.ENDED;
        attempt++;
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
        for (Consumer<CallResult> answer : unanswered) {
            answer.accept(new CallResult.Unknown(why + " before the answer came"));
        }
        unanswered.clear();
    }

    /** Brings what the link tells onto the event loop; what belongs to an older attempt is dropped there. */
    private final class Listener implements SchedulerLink.Listener {
        private final int ofAttempt;

        Listener(int ofAttempt) {
            this.ofAttempt = ofAttempt;
        }

        @Override
        public void onEvent(Event event) {
            loop.execute(() -> {
                if (attempt == ofAttempt) {
                    event(event);
                }
            });
        }

        @Override
        public void onEnd(End end) {
            loop.execute(() -> {
                if (attempt == ofAttempt) {
                    ended(end);
                }
            });
        }
    }
}
