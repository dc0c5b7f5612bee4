package dev.polder.raft;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A way to whoever leads a cluster, for messages to the {@link ClientService} above its log. Asks the members that it
 * knows and the seeds one after the other, and goes where they point, until a leader takes it. Owned by the client's thread.
 *
 * <pre>
 *   looking ──the leader's welcome──► open ──lost──► lost
 *    ▲  └─not there, no leader, refused: the next one, 20 ms to 1 s later     │
 *    └────────────────────────────reconnect───────────────────────────────────┘
 * </pre>
 */
public final class LeaderLink {
    static final long PAUSE_MS_MIN = 20;
    static final long PAUSE_MS_MAX = 1_000;
    /** So long whoever was dialled may take to say whether he leads, when the user asks for another. */
    static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Whoever looks for a leader for so long in vain says so, and again after as long. */
    private static final Duration IN_VAIN = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(LogClient.class);

    private final LogClient client;
    private final LeaderListener listener;
    /** What is to be said to the leader that is looked for. */
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    private @Nullable LeaderConnection connection;
    private long dialledNanos;
    /** Since when it looks, or when it last said that it does. */
    private long lookingNanos = System.nanoTime();

    private String clusterId = "";
    private GroupId group = GroupId.NONE;
    private int next;
    private int tries;
    private long pauseMs = PAUSE_MS_MIN;
    private boolean pauses;
    /** Whether where this goes now was pointed to; from there it does not go on at once. */
    private boolean follows;

    private boolean lost;
    private boolean closed;
    private String problem = "";

    LeaderLink(LogClient client, LeaderListener listener) {
        this.client = client;
        this.listener = listener;
    }

    // ---- what its user may do

    /**
     * Says something to the leader, now or when it is found. Dropped when the connection is lost, until
     * {@link #reconnect()}. There is no limit but the user's: whoever sends without waiting for answers has one.
     */
    public void send(byte[] message) {
        client.thread().checkThread();
        LeaderConnection current = connection;
        if (current != null && current.isOpen()) {
            current.call(message);
        } else if (!lost && !closed) {
            waiting.add(message);
        }
    }

    /**
     * Begins anew: what was sent before is forgotten, and nothing more comes from whoever was talked to. A connection that
     * is only being made, and for less than 2 s, goes on.
     */
    public void reconnect() {
        client.thread().checkThread();
        if (closed) {
            return;
        }
        waiting.clear();
        lost = false;
        if (!isBeingMade()) {
            leave();
            if (!pauses) {
                dial();
            }
        }
    }

    private boolean isBeingMade() {
        LeaderConnection current = connection;
        return current != null && !current.isOpen() && System.nanoTime() - dialledNanos < PATIENCE.toNanos();
    }

    /** No more of it. Idempotent. */
    public void close() {
        client.thread().checkThread();
        closed = true;
        waiting.clear();
        leave();
        client.ended(this);
    }

    private void leave() {
        LeaderConnection current = connection;
        connection = null;
        if (current != null) {
            current.close();
        }
    }

    // ---- looking

    void begin() {
        if (!closed) {
            next = client.random().nextInt(client.addresses().size());
            dial();
        }
    }

    /** Tries the next one. */
    private void dial() {
        List<MemberAddress> addresses = client.addresses();
        MemberAddress address = addresses.get(next % addresses.size());
        next = (next + 1) % addresses.size();
        tries++;
        dial(address);
    }

    private void dial(MemberAddress to) {
        LeaderConnection dialled = new LeaderConnection(client, this, to);
        connection = dialled;
        dialledNanos = System.nanoTime();
        client.dialer().dial(to, dialled, failure -> nobodyThere(dialled, Dialer.words(failure)));
    }

    private void nobodyThere(LeaderConnection which, String why) {
        if (connection == which) {
            connection = null;
            dialLater(which + ": " + why);
        }
    }

    private void dialLater(String why) {
        follows = false;
        if (!why.equals(problem)) {
            problem = why;
            LOG.debug("event=no_leader_yet reason='{}'", why);
        }
        if (System.nanoTime() - lookingNanos > IN_VAIN.toNanos()) {
            lookingNanos = System.nanoTime();
            LOG.warn("event=no_leader_found asked={} last='{}'", client.addresses(), why);
        }
        if (closed || pauses) {
            return;
        }
        pauses = true;
        if (tries % client.addresses().size() == 0) {
            pauseMs = Math.min(PAUSE_MS_MAX, 2 * pauseMs);
        }
        // not all clients of a leader that died at the same moment
        long spreadMs = pauseMs / 2 + client.random().nextLong(pauseMs);
        Object unused = client.thread().schedule(Duration.ofMillis(spreadMs), () -> {
            pauses = false;
            if (!closed && !lost && connection == null) {
                dial();
            }
        });
    }

    // ---- what connections tell

    ClientMessage.Hello hello() {
        return new ClientMessage.Hello(clusterId, group);
    }

    void welcomed(LeaderConnection which, ClientMessage.Welcome welcome) {
        if (connection != which) {
            return;
        }
        clusterId = welcome.clusterId().isEmpty() ? clusterId : welcome.clusterId();
        group = welcome.group().isNone() ? group : welcome.group();
        tries = 0;
        pauseMs = PAUSE_MS_MIN;
        follows = false;
        problem = "";
        lookingNanos = System.nanoTime();
        waiting.forEach(which::call);
        waiting.clear();
    }

    void heard(LeaderConnection which, byte[] message) {
        if (connection == which) {
            listener.onMessage(message);
        }
    }

    /** That member does not lead. */
    void moved(LeaderConnection which, String leader) {
        if (connection != which) {
            return;
        }
        boolean wasOpen = which.isOpen();
        leave();
        if (wasOpen) {
            lose(which + " leads no longer");
        } else if (!follows && !leader.isEmpty() && MemberAddress.problem(leader) == null) {
            follows = true;
            dial(MemberAddress.of(leader));
        } else {
            dialLater(which + " does not lead");
        }
    }

    void refused(LeaderConnection which, String reason) {
        if (connection != which) {
            return;
        }
        boolean wasOpen = which.isOpen();
        leave();
        String words = which + " refused: " + Refusals.oneLine(reason);
        if (!words.equals(problem)) {
            LOG.warn("event=client_refused by={} reason='{}'", which, Refusals.oneLine(reason));
        }
        if (wasOpen) {
            problem = words;
            lose(words);
        } else {
            dialLater(words);
        }
    }

    void ended(LeaderConnection which, boolean wasOpen) {
        if (connection != which) {
            return;
        }
        connection = null;
        if (wasOpen) {
            lose("the connection to " + which + " is lost");
        } else {
            dialLater(which + " closed the connection");
        }
    }

    private void lose(String reason) {
        lost = true;
        lookingNanos = System.nanoTime();
        waiting.clear();
        listener.onLost(reason);
    }
}
