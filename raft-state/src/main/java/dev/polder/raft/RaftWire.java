package dev.polder.raft;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The connections between this member and the others: one each way, on the member's own thread.
 *
 * <pre>
 *   this member's requests ─► PeerLink ─► OutgoingConnection ══════► another's IncomingConnection ─► PeerAnswers
 *   PeerAnswers ◄─ IncomingConnection ◄─ PeerDoor ◄═════════════════ another's OutgoingConnection
 * </pre>
 *
 * <p>Who the others are is checked at both ends before anything else is said, see {@link PeerBook}. A member whose
 * process dies is noticed through its connections, see {@link PeerLink}. There is no encryption and no authentication in
 * this version; {@link WireConnection#install} is where they would be.
 *
 * <p>Owned by the log's thread, but for what says otherwise.
 */
final class RaftWire implements PeerNetwork, AutoCloseable {
    private final WireParts parts;
    private final LogEvents events;
    private final Map<String, PeerLink> links = new TreeMap<>();
    private final PeerDoor door;
    private final Refusals refusedByUs;
    private final Refusals refusedByOthers;
    private @Nullable RaftCore core;
    private boolean closed;

    private RaftWire(RaftConfig config, WireParts parts, LogEvents events) throws IOException {
        this.parts = parts;
        this.events = events;
        refusedByUs = new Refusals("refused_other", config.memberId());
        refusedByOthers = new Refusals("refused_by_other", config.memberId());
        for (String other : parts.book().others()) {
            links.put(other, new PeerLink(parts, this, other));
        }
        door = PeerDoor.listen(parts, this, config.peers().bind());
    }

    /**
     * Reads who the others are and opens the port; nobody is called or heard before {@link #begin}. Called by who starts
     * the log.
     *
     * @throws IOException if the port cannot be had, or what is known of the others cannot be trusted. Nothing is left
     *     open
     */
    static RaftWire open(RaftConfig config, Seams seams, RaftThread thread, FailStop failStop, LogEvents events)
            throws IOException {
        PeerBook book = new PeerBook(
                config.memberId(), config.peers(), seams.random().nextLong(), PeerIdentities.open(seams.disk()));
        Dialer dialer = new Dialer(thread, config.nodeName() + "-raft-names");
        WireParts parts = new WireParts(
                thread,
                seams.time(),
                seams.random().split(),
                config.electionTimeout(),
                failStop,
                new WireCounters(),
                book,
                dialer);
        return new RaftWire(config, parts, events);
    }

    /** Takes part: opens the door and calls the others. */
    void begin(RaftCore member) {
        core = member;
        door.open();
        links.values().forEach(PeerLink::dial);
    }

    private RaftCore core() {
        RaftCore begun = core;
        if (begun == null) {
            throw new IllegalStateException("nobody is heard before the beginning");
        }
        return begun;
    }

    PolderRaftContext context() {
        return core().context();
    }

    // ---- what this member says and answers

    @Override
    public CompletableFuture<PeerResponse> send(String to, PeerRequest request) {
        PeerLink link = links.get(to);
        return link == null
                ? CompletableFuture.failedFuture(new IllegalArgumentException(to + " is no other member"))
                : link.send(request);
    }

    PeerResponse answer(PeerRequest request) {
        return core().answers().answer(request);
    }

    Introduction introduction() {
        return parts.book().introduction();
    }

    Greeting.Located locate() {
        LogLeader leader = context().knownLeader();
        String metadata = leader == null ? null : parts.book().metadata(leader.memberId());
        return leader == null || metadata == null
                ? new Greeting.Located(0, "", "", parts.book().clusterId())
                : new Greeting.Located(
                        leader.term(), leader.memberId(), metadata, parts.book().clusterId());
    }

    // ---- who the others are

    /** Returns why a caller is refused, null if it is not. */
    @Nullable
    String objection(Greeting.Hello hello) {
        if (!hello.to().equals(parts.book().self())) {
            return "I am not whom you called: you called " + hello.to() + ", I am "
                    + parts.book().self();
        }
        return parts.book().objection(hello.from());
    }

    /** A member has introduced itself, at either end. If its process is another one, the one before is dead. */
    void met(Introduction other) {
        parts.failStop().guard(() -> {
            if (parts.book().meet(other)) {
                door.peerIs(other.member(), other.process());
                linkTo(other.member()).peerIs(other.process());
                context().peerDied(other.member());
            }
        });
    }

    private PeerLink linkTo(String other) {
        PeerLink link = links.get(other);
        if (link == null) {
            throw new IllegalStateException(other + " is no other member");
        }
        return link;
    }

    /** A member takes this one's requests from here on. */
    void accepted(String by) {
        refusedByUs.over(by);
        refusedByOthers.over(by);
        parts.failStop().guard(() -> context().peerBack(by));
    }

    void refuses(String other, String reason) {
        parts.counters().handshakesRefused.increment();
        refusedByUs.add(Refusals.oneLine(other), Refusals.oneLine(reason));
    }

    void refusedBy(String other, String reason) {
        parts.counters().handshakesRefused.increment();
        String words = Refusals.oneLine(reason);
        if (refusedByOthers.add(other, words)) {
            parts.failStop().guard(() -> events.refused(other, words));
        }
    }

    // ---- who can be reached

    boolean hears(String other) {
        return door.hears(other);
    }

    /** A member has called, so it can be called. */
    void called(String by) {
        linkTo(by).peerIsThere();
    }

    void incomingLost(String from) {
        if (!closed) {
            linkTo(from).incomingLost();
        }
    }

    // ---- for any thread

    void joined(String clusterId) {
        parts.book().joined(clusterId);
    }

    /** Returns what a member tells others when it leads; null if it was not met since the start. */
    @Nullable
    String metadata(String member) {
        return parts.book().metadata(member);
    }

    LogNetwork numbers() {
        return parts.counters().read();
    }

    // ---- the end

    /** Ends all connections, as a failing network would. They come back. */
    void closeConnections() {
        links.values().forEach(PeerLink::closeConnection);
        door.closeConnections();
    }

    /** If the thread has ended, its loop has closed all connections already. */
    @Override
    public void close() {
        closed = true;
        if (parts.thread().isCurrentContext()) {
            links.values().forEach(PeerLink::close);
            door.close();
        }
        parts.dialer().close();
    }
}
