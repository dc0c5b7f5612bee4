package dev.polder.master;

import dev.polder.wire.proto.MesosScheduler.Event;

/**
 * The event stream of one subscription, as the master sees it. One link is one subscription; a framework that subscribes
 * again has a new one. Both methods return at once and may be called on a link that is closed already.
 */
public interface FrameworkLink {
    /** Returns the subscription's random name, which the framework repeats with every call. */
    String streamId();

    /** Sends an event, the first of them opens the stream. An outbox that is full closes the link. */
    void send(Event event);

    /** Closes the stream behind the events already sent. */
    void close();
}
