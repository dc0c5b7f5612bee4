package dev.polder.framework;

import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;

/** A master that does what the test says, at the far end of a link. One subscription at a time. */
interface FakeMaster extends AutoCloseable {
    InetSocketAddress address();

    /** Takes subscriptions and introduces itself; the framework's name is f-1. */
    void lead();

    /** Answers everybody that another master leads. */
    void redirectTo(InetSocketAddress leader);

    /** Answers everybody that there is no leader. */
    void standBy();

    /** Answers every subscription that it is not valid. */
    void reject(String message);

    /** Answers calls from here on; at first all are accepted. */
    void answerCalls(Function<Call, CallResult> answer);

    /** Sends to whoever is subscribed. */
    void send(Event event);

    /** Ends the stream of whoever is subscribed. */
    void dropStream();

    boolean hasSubscriber();

    /** Returns all calls but SUBSCRIBE, in the order in which they came. */
    List<Call> calls();

    List<Call> subscribes();

    @Override
    void close();
}
