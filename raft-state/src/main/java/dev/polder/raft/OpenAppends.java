package dev.polder.raft;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
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
    private final PeerCalls calls;
    private final FactLog log;
    private final Gates.Gate gate;
    private final FailStop failStop;
    private final QuorumContact contact;
    private final Map<Long, CompletableFuture<AppendResponse>> open = new LinkedHashMap<>();
    private long sent;

    OpenAppends(PeerCalls calls, FactLog log, Gates.Gate gate, FailStop failStop, QuorumContact contact) {
        this.calls = calls;
        this.log = log;
        this.gate = gate;
        this.failStop = failStop;
        this.contact = contact;
    }

    /** Returns when the peers last followed, as these have shown. */
    QuorumContact contact() {
        return contact;
    }

    CompletableFuture<AppendResponse> send(String to, AppendRequest request) {
        PeerRequest.Append append = appendOf(request);
        CompletableFuture<AppendResponse> told = new CompletableFuture<>();
        sent++;
        long number = sent;
        long sentNanos = contact.now();
        open.put(number, told);
        CompletableFuture<PeerResponse.Append> unused = calls.append(to, append)
                .whenComplete((response, failure) -> failStop.guard(() -> {
                    if (open.remove(number) == null) {
                        return;
                    }
                    if (failure == null) {
                        answered(to, append, sentNanos, response, told);
                    } else {
                        told.completeExceptionally(failure);
                    }
                }));
        return told;
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
            contact.followed(by, sentNanos);
        }
        told.complete(AppendResponse.builder()
                .withStatus(RaftResponse.Status.OK)
                .withTerm(response.term())
                .withSucceeded(response.succeeded())
                .withLastLogIndex(response.lastIndex())
                .build());
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

    /** The lead is lost: nobody waits for answers any more. */
    void failAll() {
        List<CompletableFuture<AppendResponse>> left = List.copyOf(open.values());
        open.clear();
        left.forEach(told -> told.completeExceptionally(new CancellationException("the lead was lost")));
    }
}
