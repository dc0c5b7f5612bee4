package dev.polder.raft.recipe;

import dev.polder.raft.ClientLink;
import dev.polder.raft.ClientService;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The sessions of other processes that come to this member: hands what they say from the log's thread to that of the
 * {@link RecipeServer}, in its order, what came together in one turn. The queue is bounded by what a client may have
 * unhandled.
 */
final class RemoteCallers implements ClientService {
    private final RecipeLoop loop;
    private final RecipeServer server;
    private final Queue<Runnable> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turns = new AtomicBoolean();
    /** Of the server's thread. */
    private final Map<ClientLink, Caller> callers = new HashMap<>();

    RemoteCallers(RecipeLoop loop, RecipeServer server) {
        this.loop = loop;
        this.server = server;
    }

    @Override
    public void opened(ClientLink client) {
        hand(() -> callers.put(
                client, server.connect(answer -> client.send(AnswerCodec.encode(answer)), client::hasRoom)));
    }

    @Override
    public void received(ClientLink client, byte[] message) {
        hand(() -> {
            Caller caller = callers.get(client);
            try {
                if (caller != null) {
                    caller.call(CallCodec.decode(message), loop.nowMs());
                }
            } catch (IllegalArgumentException e) {
                drop(client);
                client.close(String.valueOf(e.getMessage()));
            } finally {
                client.handled(message.length);
            }
        });
    }

    @Override
    public void hasRoom(ClientLink client) {
        hand(server::advanceReads);
    }

    @Override
    public void closed(ClientLink client) {
        hand(() -> drop(client));
    }

    private void drop(ClientLink client) {
        Caller caller = callers.remove(client);
        if (caller != null) {
            caller.close();
        }
    }

    private void hand(Runnable task) {
        arrived.add(task);
        if (!turns.getAndSet(true)) {
            loop.execute(this::turn);
        }
    }

    private void turn() {
        turns.set(false);
        Runnable task = arrived.poll();
        while (task != null) {
            task.run();
            task = arrived.poll();
        }
    }
}
