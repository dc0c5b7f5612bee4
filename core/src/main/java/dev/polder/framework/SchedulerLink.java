package dev.polder.framework;

import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * The way from a framework to a master: calls go out, events come in. Any thread may call; nothing blocks but the look-up of
 * a master's name.
 */
interface SchedulerLink extends AutoCloseable {
    /** Asks a master for a subscription. The listener is called from threads of the link, by one at a time. */
    Subscription subscribe(InetSocketAddress master, Call subscribe, Listener listener);

    /** Closes all subscriptions and gives everything back; bounded in time, idempotent. */
    @Override
    void close();

    /** One event stream and the calls that belong to it. */
    interface Subscription {
        /** Sends a call behind those sent before. {@code answer} is called exactly once, from a thread of the link. */
        void send(Call call, Consumer<CallResult> answer);

        /** Turns reading events off or on; what is on the way still comes. */
        void setReading(boolean on);

        /** Ends the stream. The listener is called no more, answers still come. */
        void close();
    }

    /** Hears what a subscription brings. */
    interface Listener {
        void onEvent(Event event);

        /** Called once, last, unless we ended the subscription. */
        void onEnd(End end);
    }

    /** How a subscription, or the attempt at one, ended. */
    sealed interface End {
        /** That master does not lead; this one does. */
        record Redirected(InetSocketAddress leader) implements End {}

        /** The master will never take this subscription. */
        record Rejected(String message) implements End {}

        /** Everything else: nobody there, no leader, connection lost. Another attempt may succeed. */
        record Lost(String message) implements End {}
    }
}
