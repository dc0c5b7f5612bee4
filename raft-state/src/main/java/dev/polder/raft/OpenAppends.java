package dev.polder.raft;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * The appends that Atomix's leader sends, on their way to the peers and back. Owned by the log's thread.
 *
 * <p>What Atomix must not see, and does not:
 * <ul>
 *   <li>an answer that counts this leader among those who have the entries before they are on its own disk;
 *   <li>a failure in the form of an answer: it would count as a sign of life;
 *   <li>an answer that comes after the lead was lost and won again: Atomix counts its open requests, and after that
 *       would count below zero and never send again.
 * </ul>
 */
final class OpenAppends {
    /** One that Atomix waits for. */
    private record Open(String to, CompletableFuture<AppendResponse> told) {}

    private final PeerCalls calls;
    private final Membership membership;
    private final FactLog log;
    private final Snapshots snapshots;
    private final Gates.Gate gate;
    private final FailStop failStop;
    private final QuorumContact contact;
    private final Duration heartbeatInterval;
    private final Map<Long, Open> open = new LinkedHashMap<>();
    private final List<AppendCounts> listeners = new ArrayList<>();
    private long sent;

    OpenAppends(
            PeerCalls calls,
            Membership membership,
            FactLog log,
            Snapshots snapshots,
            Gates.Gate gate,
            FailStop failStop,
            QuorumContact contact,
            Duration heartbeatInterval) {
        this.calls = calls;
        this.membership = membership;
        this.log = log;
        this.snapshots = snapshots;
        this.gate = gate;
        this.failStop = failStop;
        this.contact = contact;
        this.heartbeatInterval = heartbeatInterval;
    }

    /** Returns when the peers last followed, as these have shown. */
    QuorumContact contact() {
        return contact;
    }

    /** Has somebody told of all answers from now on. */
    void tell(AppendCounts listener) {
        listeners.add(listener);
    }

    /** Returns the number of the append that is sent next; those before have lower ones. */
    long nextNumber() {
        return sent + 1;
    }

    CompletableFuture<AppendResponse> send(String to, AppendRequest request) {
        if (!membership.current().contains(to)) {
            // Atomix goes on when an answer comes that was on its way when the list was changed
            return CompletableFuture.failedFuture(noMember(to));
        }
        PeerRequest.Append append = appendOf(request);
        CompletableFuture<AppendResponse> told = new CompletableFuture<>();
        sent++;
        long number = sent;
        long sentNanos = contact.now();
        open.put(number, new Open(to, told));
        PeerRequest.Install install = snapshots.insteadOf(append);
        if (install != null) {
            sendInstall(to, install, number, sentNanos);
            return told;
        }
        CompletableFuture<PeerResponse.Append> unused = calls.append(to, append)
                .whenComplete((response, failure) -> failStop.guard(() -> {
                    if (open.remove(number) == null) {
                        return;
                    }
                    if (failure == null) {
                        answered(to, append, sentNanos, response, told);
                        listeners.forEach(listener -> listener.answered(to, number, response.term() == append.term()));
                    } else {
                        told.completeExceptionally(failure);
                    }
                }));
        return told;
    }

    /**
     * Sends word of a snapshot in the place of entries that are gone. For Atomix it is an append that does not fit; so as
     * long as the snapshot is not there, the answer is told with the next heartbeat, or Atomix would try again at once.
     */
    private void sendInstall(String to, PeerRequest.Install install, long number, long sentNanos) {
        CompletableFuture<PeerResponse.Installing> unused = calls.install(to, install)
                .whenComplete((response, failure) -> failStop.guard(() -> {
                    if (failure != null) {
                        Open failed = open.remove(number);
                        if (failed != null) {
                            failed.told().completeExceptionally(failure);
                        }
                    } else if (open.containsKey(number)) {
                        installing(to, install, number, sentNanos, response);
                    }
                }));
    }

    private void installing(
            String to, PeerRequest.Install install, long number, long sentNanos, PeerResponse.Installing response) {
        boolean isSameTerm = response.term() == install.term();
        if (isSameTerm) {
            contact.followed(to, sentNanos);
        }
        PeerResponse.Append rejected = new PeerResponse.Append(response.term(), false, response.lastIndex());
        if (isSameTerm && response.receivedBytes() < install.bytes()) {
            calls.after(heartbeatInterval, () -> reject(number, rejected));
        } else {
            reject(number, rejected);
        }
        listeners.forEach(listener -> listener.answered(to, number, isSameTerm));
    }

    private void reject(long number, PeerResponse.Append response) {
        Open rejected = open.remove(number);
        if (rejected != null) {
            rejected.told().complete(toldOf(response));
        }
    }

    private void answered(
            String by,
            PeerRequest.Append request,
            long sentNanos,
            PeerResponse.Append response,
            CompletableFuture<AppendResponse> told) {
        if (response.succeeded()) {
            gate.pass(log, request.lastIndex());
        }
        if (response.term() == request.term()) {
            if (response.succeeded() && request.lastIndex() >= membership.index()) {
                contact.promised(by, sentNanos);
            } else {
                contact.followed(by, sentNanos);
            }
        }
        told.complete(toldOf(response));
    }

    private static AppendResponse toldOf(PeerResponse.Append response) {
        return AppendResponse.builder()
                .withStatus(RaftResponse.Status.OK)
                .withTerm(response.term())
                .withSucceeded(response.succeeded())
                .withLastLogIndex(response.lastIndex())
                .build();
    }

    private static PeerRequest.Append appendOf(AppendRequest request) {
        List<LogEntry> entries = new ArrayList<>(request.entries().size());
        long index = request.prevLogIndex();
        for (RaftLogEntry entry : request.entries()) {
            index++;
            entries.add(new LogEntry(index, entry.term(), EntryCodec.kind(entry), EntryCodec.payload(entry)));
        }
        return new PeerRequest.Append(
                request.term(),
                request.leader().id(),
                request.prevLogIndex(),
                request.prevLogTerm(),
                request.commitIndex(),
                entries);
    }

    /** That one is no member any more: nobody waits for its answers. */
    void fail(String member) {
        for (Map.Entry<Long, Open> one : List.copyOf(open.entrySet())) {
            if (one.getValue().to().equals(member)) {
                open.remove(one.getKey());
                one.getValue().told().completeExceptionally(noMember(member));
            }
        }
    }

    private static CancellationException noMember(String member) {
        return new CancellationException(member + " is no member any more");
    }

    /** The lead is lost: nobody waits for answers any more. */
    void failAll() {
        List<Open> left = List.copyOf(open.values());
        open.clear();
        left.forEach(one -> one.told().completeExceptionally(new CancellationException("the lead was lost")));
    }
}
