package dev.polder.framework;

import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A link that keeps what it is given, for the test to answer. */
final class FakeLink implements SchedulerLink {
    final List<Attempt> attempts = new ArrayList<>();

    record Sent(Call call, Consumer<CallResult> answer) {}

    static final class Attempt implements Subscription {
        final InetSocketAddress master;
        final Call subscribe;
        final Listener listener;
        final List<Sent> sent = new ArrayList<>();
        boolean reading = true;
        boolean closed;

        Attempt(InetSocketAddress master, Call subscribe, Listener listener) {
            this.master = master;
            this.subscribe = subscribe;
            this.listener = listener;
        }

        @Override
        public void send(Call call, Consumer<CallResult> answer) {
            sent.add(new Sent(call, answer));
        }

        @Override
        public void setReading(boolean on) {
            reading = on;
        }

        @Override
        public void close() {
            closed = true;
        }

        void event(Event event) {
            listener.onEvent(event);
        }

        void lose() {
            listener.onEnd(new End.Lost("planned"));
        }
    }

    @Override
    public Subscription subscribe(InetSocketAddress master, Call subscribe, Listener listener) {
        Attempt attempt = new Attempt(master, subscribe, listener);
        attempts.add(attempt);
        return attempt;
    }

    @Override
    public void close() {}

    Attempt last() {
        return attempts.get(attempts.size() - 1);
    }
}
