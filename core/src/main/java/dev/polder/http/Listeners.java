package dev.polder.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who wait for an end. What they throw is logged and reaches nobody else. */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private Listeners() {}

    /** Calls the listener once the end has come; at once if it has. */
    static void add(CompletableFuture<ClosedBy> end, Consumer<ClosedBy> listener) {
        CompletableFuture<Void> unused = end.thenAccept(by -> {
            try {
                listener.accept(by);
            } catch (RuntimeException e) {
                LOG.error("a listener failed on the end of a connection: closedBy={}", by, e);
            }
        });
    }
}
