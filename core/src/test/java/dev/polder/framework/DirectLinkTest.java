package dev.polder.framework;

import dev.polder.framework.SchedulerLink.End;
import dev.polder.framework.SchedulerLink.Listener;
import dev.polder.framework.SchedulerLink.Subscription;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Holds the contract against the smallest link that there can be: method calls, and one thread for what comes back. */
final class DirectLinkTest extends SchedulerLinkContract {
    private final Map<InetSocketAddress, DirectMaster> masters = new ConcurrentHashMap<>();

    @Override
    FakeMaster startMaster() {
        DirectMaster master = new DirectMaster(InetSocketAddress.createUnresolved("master-" + masters.size(), 5050));
        masters.put(master.address(), master);
        return master;
    }

    @Override
    SchedulerLink startLink(String threadName) {
        return new DirectLink(threadName, masters);
    }

    private static final class DirectLink implements SchedulerLink {
        private final Map<InetSocketAddress, DirectMaster> masters;
        private final ExecutorService thread;

        DirectLink(String threadName, Map<InetSocketAddress, DirectMaster> masters) {
            this.masters = masters;
            this.thread = Executors.newSingleThreadExecutor(step -> new Thread(step, threadName));
        }

        @Override
        public Subscription subscribe(InetSocketAddress address, Call subscribe, Listener listener) {
            DirectSubscription subscription = new DirectSubscription(this, masters.get(address), listener);
            run(subscription::connect, subscribe);
            return subscription;
        }

        @Override
        public void close() {
            thread.shutdown();
            try {
                thread.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        <T> void run(Consumer<T> step, T argument) {
            try {
                thread.execute(() -> step.accept(argument));
            } catch (RejectedExecutionException closed) {
                // nobody listens any more
            }
        }
    }

    private static final class DirectSubscription implements Subscription {
        private final DirectLink link;
        private final @Nullable DirectMaster master;
        private final Listener listener;
        private volatile boolean over;

        DirectSubscription(DirectLink link, @Nullable DirectMaster master, Listener listener) {
            this.link = link;
            this.master = master;
            this.listener = listener;
        }

        void connect(Call subscribe) {
            if (master == null) {
                end(new End.Lost("nobody there"));
            } else {
                master.subscribe(subscribe, this);
            }
        }

        void event(Event event) {
            link.run(
                    one -> {
                        if (!over) {
                            listener.onEvent(one);
                        }
                    },
                    event);
        }

        void end(End end) {
            link.run(
                    how -> {
                        if (!over) {
                            over = true;
                            listener.onEnd(how);
                        }
                    },
                    end);
        }

        @Override
        public void send(Call call, Consumer<CallResult> answer) {
            link.run(one -> answer.accept(master == null ? new CallResult.Unknown("") : master.call(one)), call);
        }

        @Override
        public void setReading(boolean on) {}

        @Override
        public void close() {
            over = true;
            if (master != null) {
                master.closed(this);
            }
        }
    }

    private static final class DirectMaster implements FakeMaster {
        private final InetSocketAddress address;
        private final List<Call> calls = new CopyOnWriteArrayList<>();
        private final List<Call> subscribes = new CopyOnWriteArrayList<>();
        private volatile @Nullable End refusal;
        private volatile Function<Call, CallResult> answer = call -> new CallResult.Accepted();
        private volatile @Nullable DirectSubscription subscriber;

        DirectMaster(InetSocketAddress address) {
            this.address = address;
        }

        void subscribe(Call call, DirectSubscription subscription) {
            subscribes.add(call);
            End no = refusal;
            if (no != null) {
                subscription.end(no);
            } else {
                subscription.event(Protocol.subscribed("f-1", 15));
                subscription.event(Protocol.heartbeat());
                subscriber = subscription;
            }
        }

        CallResult call(Call call) {
            calls.add(call);
            CallResult result = answer.apply(call);
            return result instanceof CallResult.Refused refused
                    ? new CallResult.Refused(refused.reason(), call.getType() + ": " + refused.message())
                    : result;
        }

        void closed(DirectSubscription subscription) {
            if (subscriber == subscription) {
                subscriber = null;
            }
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void lead() {
            refusal = null;
        }

        @Override
        public void redirectTo(InetSocketAddress leader) {
            refusal = new End.Redirected(leader);
        }

        @Override
        public void standBy() {
            refusal = new End.Lost("no leader");
        }

        @Override
        public void reject(String message) {
            refusal = new End.Rejected(message);
        }

        @Override
        public void answerCalls(Function<Call, CallResult> answer) {
            this.answer = answer;
        }

        @Override
        public void send(Event event) {
            DirectSubscription current = subscriber;
            if (current != null) {
                current.event(event);
            }
        }

        @Override
        public void dropStream() {
            DirectSubscription current = subscriber;
            subscriber = null;
            if (current != null) {
                current.end(new End.Lost("dropped"));
            }
        }

        @Override
        public boolean hasSubscriber() {
            return subscriber != null;
        }

        @Override
        public List<Call> calls() {
            return calls;
        }

        @Override
        public List<Call> subscribes() {
            return subscribes;
        }

        @Override
        public void close() {
            refusal = new End.Lost("closed");
            dropStream();
        }
    }
}
