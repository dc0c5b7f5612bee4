package dev.polder.api;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.Router;
import dev.polder.master.MasterPort;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The masters of the cluster: {@code GET /polder/v1/members} shows them, as the node that is asked knows them, and which
 * others and that node do not talk to each other;
 * {@code POST} with {@code ?add=HOST:RAFTPORT} or {@code ?remove=HOST:RAFTPORT} changes them, and is answered by the leader
 * when that is committed (200), when it is not safe (409, nothing has changed), or when the lead was lost meanwhile or
 * was handed over, so that the leader can be removed (503: ask again).
 */
final class MembersApi {
    private static final String PATH = "/polder/v1/members";

    private final MasterPort master;
    private final ClassicJson json = new ClassicJson();

    MembersApi(MasterPort master) {
        this.master = master;
    }

    void addTo(Router.Builder router) {
        router.exact("GET", PATH, this::show);
        router.exact("POST", PATH, this::change);
    }

    private void show(HttpRequest request, HttpResponder responder) {
        responder.respond(members());
    }

    private HttpResponse members() {
        return HttpResponse.json(200, json.object(out -> {
            ClassicJson.strings(out, "members", master.members());
            out.writeArrayFieldStart("refusals");
            for (LogStatus.Refusal refusal : master.refusals()) {
                out.writeStartObject();
                out.writeStringField("member", refusal.memberId());
                out.writeStringField("reason", refusal.reason());
                out.writeEndObject();
            }
            out.writeEndArray();
        }));
    }

    private void change(HttpRequest request, HttpResponder responder) {
        Optional<String> add = request.query("add");
        Optional<String> remove = request.query("remove");
        if (add.isPresent() == remove.isPresent()) {
            responder.respond(HttpResponse.text(
                    400, "query '" + request.queryText() + "': add=HOST:RAFTPORT or remove=HOST:RAFTPORT is needed"));
            return;
        }
        if (!master.leads()) {
            responder.respond(LeaderOnly.elsewhere(master, request));
            return;
        }
        MemberChange change =
                add.isPresent() ? new MemberChange.Add(add.get(), "") : new MemberChange.Remove(remove.orElseThrow());
        CompletableFuture<Void> unused =
                master.change(change).thenAccept(outcome -> responder.respond(answer(request, outcome)));
    }

    private HttpResponse answer(HttpRequest request, ChangeOutcome outcome) {
        if (outcome instanceof ChangeOutcome.Done) {
            return members();
        }
        if (outcome instanceof ChangeOutcome.Refused refused) {
            return HttpResponse.text(409, refused.reason());
        }
        if (outcome instanceof ChangeOutcome.Moved moved) {
            return moved.leader()
                    .map(leader -> LeaderOnly.goneOver(master, request, leader))
                    .orElseGet(() -> LeaderOnly.elsewhere(master, request));
        }
        return LeaderOnly.comeAgain("the lead was lost: the change is done or not");
    }
}
