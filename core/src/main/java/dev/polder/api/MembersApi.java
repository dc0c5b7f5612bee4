package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.Router;
import dev.polder.master.MasterPort;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The masters of the cluster: {@code GET /polder/v1/members} shows them, as the node that is asked knows them, who
 * leads, and whom that node does not reach or does not talk to, and why;
 * {@code POST} with {@code ?add=HOST:RAFTPORT} or {@code ?remove=HOST:RAFTPORT} changes them, and is answered by the leader
 * when that is committed (200, {@code changed} tells whether it was not so before), when it is not safe (409, nothing has
 * changed), or when the lead was lost meanwhile or was handed over, so that the leader can be removed (503: ask again).
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
        return HttpResponse.json(200, json.object(this::writeMembers));
    }

    private void writeMembers(JsonGenerator out) throws IOException {
        ClassicJson.strings(out, "members", master.members());
        Optional<String> leader = master.leadingMember();
        if (leader.isPresent()) {
            out.writeStringField("leader", leader.get());
        }
        out.writeArrayFieldStart("refusals");
        for (LogStatus.Refusal refusal : master.refusals()) {
            writeReason(out, refusal.memberId(), refusal.reason());
        }
        out.writeEndArray();
        out.writeArrayFieldStart("unreached");
        for (LogStatus.Unreached unreached : master.unreached()) {
            writeReason(out, unreached.memberId(), unreached.reason());
        }
        out.writeEndArray();
    }

    private static void writeReason(JsonGenerator out, String member, String reason) throws IOException {
        out.writeStartObject();
        out.writeStringField("member", member);
        out.writeStringField("reason", reason);
        out.writeEndObject();
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
        if (outcome instanceof ChangeOutcome.Done done) {
            return HttpResponse.json(200, json.object(out -> {
                out.writeBooleanField("changed", done.changed());
                writeMembers(out);
            }));
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
