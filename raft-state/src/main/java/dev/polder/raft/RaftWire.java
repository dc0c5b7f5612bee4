package dev.polder.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * process dies is noticed through its connections, see {@link PeerLink}. What they prove to each other {@link
 * RaftSecurity} says.
 *
 * <p>Owned by the log's thread, but for what says otherwise.
 */
final class RaftWire implements PeerNetwork, AutoCloseable {
    private final WireParts parts;
    private final LogEvents events;
    private final Map<String, PeerLink> links = new TreeMap<>();
    private final PeerDoor door;
    private final ClientDoor clients;
    private final Refusals refusedByUs;
    private final Refusals refusedByOthers;
    private @Nullable RaftCore core;
    private boolean closed;

    private RaftWire(RaftConfig config, WireParts parts, LogEvents events) throws IOException {
        this.parts = parts;
        this.events = events;
        refusedByUs = new Refusals("refused_other", config.memberId());
        refusedByOthers = new Refusals("refused_by_other", config.memberId());
        clients = new ClientDoor(parts, this, events);
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
                config.memberId(),
                config.peers(),
                config.electionTimeout(),
                StartCount.next(seams.disk()),
                PeerIdentities.open(seams.disk()));
        Dialer dialer =
                Dialer.open(thread, config.nodeName() + "-raft", config.peers().security(), config.memberId());
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
        parts.book().begin(member.membership());
        core = member;
        door.open();
        callOthers();
    }

    @Override
    public void reach(Set<String> others) {
        Set<String> before = parts.book().reached();
        parts.book().reach(others);
        if (core != null) {
            callOthers();
            // not from here: the log is being changed
            parts.thread()
                    .execute(() -> parts.failStop().guard(() -> {
                        hangUp(before);
                        clients.tellMembers();
                    }));
        }
    }

    /** On those who were reached and are not any more, and those to whom there is an objection by now. */
    private void hangUp(Set<String> before) {
        for (String other : before) {
            PeerLink link = links.get(other);
            if (link != null && !parts.book().reaches(other)) {
                link.closeConnection();
            }
        }
        door.closeIf(other -> parts.book().objection(other) != null);
    }

    /** Those who are reached; who else has called is called for as long as it is connected. */
    private void callOthers() {
        for (String other : parts.book().reached()) {
            links.computeIfAbsent(other, name -> new PeerLink(parts, this, name))
                    .dial();
        }
    }

    @Override
    public String incarnation(String member) {
        return parts.book().incarnation(member);
    }

    @Override
    public @Nullable Duration electionTimeout(String member) {
        return parts.book().electionTimeout(member);
    }

    /** Tells whether a member is to be called again when its connection is gone; if not it has no link any more. */
    boolean keeps(PeerLink link) {
        if (parts.book().reaches(link.peer()) || door.hears(link.peer())) {
            return true;
        }
        links.remove(link.peer(), link);
        return false;
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

    ClientDoor clients() {
        return clients;
    }

    Introduction introduction() {
        return parts.book().introduction();
    }

    Greeting.Located locate() {
        List<String> members = members();
        LogLeader leader = context().knownLeader();
        String metadata = leader == null ? null : parts.book().metadata(leader.memberId());
        return leader == null || metadata == null
                ? new Greeting.Located(0, "", "", parts.book().clusterId(), members)
                : new Greeting.Located(
                        leader.term(), leader.memberId(), metadata, parts.book().clusterId(), members);
    }

    /** Returns the members that count now. */
    List<String> members() {
        return core().members();
    }

    // ---- who the others are

    /** Returns why a caller is refused, null if it is not. */
    @Nullable
    String objection(Greeting.Hello hello) {
        if (!hello.to().equals(parts.book().self())) {
            return "I am not whom you called: you called " + hello.to() + ", I am "
                    + parts.book().self();
        }
        String objection = parts.book().objection(hello.from());
        if (objection == null) {
            objection = parts.book().late(hello.from());
        }
        return objection == null && door.hasTooMany(hello.from().member())
                ? "more than " + PeerDoor.GUESTS_MAX + " that are not in the list of members are here already"
                : objection;
    }

    /** A member has introduced itself, at either end. If its process is another one, the one before is dead. */
    void met(Introduction other) {
        parts.failStop().guard(() -> {
            if (parts.book().meet(other)) {
                door.peerIs(other);
                PeerLink link = links.get(other.member());
                if (link != null) {
                    link.peerIs(other);
                }
                context().peerDied(other.member());
            }
        });
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
        refused(other, Refusals.oneLine(reason));
    }

    /** Which of the two has noticed does not matter: neither would talk to the other. */
    void notProved(String other) {
        refused(other, WireSecurity.REFUSAL);
    }

    private void refused(String other, String words) {
        if (refusedByOthers.add(other, words)) {
            parts.failStop().guard(() -> events.refused(other, words));
        }
    }

    @Override
    public List<LogStatus.Refusal> refusals() {
        Map<String, String> byOthers = refusedByOthers.present();
        List<LogStatus.Refusal> refusals = new ArrayList<>();
        byOthers.forEach((other, reason) -> refusals.add(new LogStatus.Refusal(other, reason)));
        refusedByUs.present().forEach((other, reason) -> {
            if (!byOthers.containsKey(other)) {
                refusals.add(new LogStatus.Refusal(other, reason));
            }
        });
        refusals.sort(Comparator.comparing(LogStatus.Refusal::memberId));
        return refusals;
    }

    @Override
    public Map<String, String> unreached() {
        Map<String, String> unreached = new TreeMap<>();
        links.forEach((other, link) -> {
            String obstacle = link.obstacle();
            if (obstacle != null) {
                unreached.put(other, obstacle);
            }
        });
        return unreached;
    }

    // ---- who can be reached

    boolean hears(String other) {
        return door.hears(other);
    }

    /** A member has called, so it can be called; one that the list does not have yet too, for it may have to be asked. */
    void called(String by) {
        links.computeIfAbsent(by, name -> new PeerLink(parts, this, name)).peerIsThere();
    }

    void incomingLost(String from) {
        PeerLink link = links.get(from);
        if (!closed && link != null) {
            link.incomingLost();
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
        List.copyOf(links.values()).forEach(PeerLink::closeConnection);
        door.closeConnections();
        clients.closeConnections();
    }

    /** If the thread has ended, its loop has closed all connections already. */
    @Override
    public void close() {
        closed = true;
        if (parts.thread().isCurrentContext()) {
            List.copyOf(links.values()).forEach(PeerLink::close);
            door.close();
            clients.closeConnections();
        }
        parts.dialer().close();
    }
}
