package dev.polder.api;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponse;
import dev.polder.master.MasterPort;
import dev.polder.master.MasterPort.Leader;

/** What is answered where only the leading master can answer. */
final class LeaderOnly {
    private LeaderOnly() {}

    /** The answer of a node that does not lead: the same request to the leader, or, where there is none, to come again. */
    static HttpResponse elsewhere(MasterPort master, HttpRequest request) {
        Leader leader = master.leader().orElse(null);
        if (leader == null) {
            return comeAgain("no leader is known: a request is answered once a master was elected");
        }
        if (leader.self()) {
            return comeAgain("this master leads but does not serve yet: a request is answered once it does");
        }
        String query = request.queryText().isEmpty() ? "" : "?" + request.queryText();
        return redirect(leader, request.path() + query);
    }

    /**
     * The answer of a master that has led until now: the same request to who leads, or to come again, for it knows that
     * one's address only later.
     *
     * @param leader the member that leads
     */
    static HttpResponse goneOver(MasterPort master, HttpRequest request, String leader) {
        return master.leader().filter(known -> !known.self()).isPresent()
                ? elsewhere(master, request)
                : comeAgain("the lead has gone over to " + leader
                        + ", and nothing else has changed: ask again once that one serves");
    }

    /** A redirection that keeps the scheme. */
    static HttpResponse redirect(Leader leader, String pathAndQuery) {
        String host = leader.hostname().indexOf(':') < 0 ? leader.hostname() : "[" + leader.hostname() + "]";
        return HttpResponse.empty(307).with("Location", "//" + host + ":" + leader.port() + pathAndQuery);
    }

    /** 503; a client that knows {@code Retry-After} comes back in a second. */
    static HttpResponse comeAgain(String reason) {
        return HttpResponse.text(503, reason).with("Retry-After", "1");
    }
}
