package dev.polder.api;

import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.master.ReplyTo;

/** The answer to one call as the answer to its HTTP request. */
record HttpReply(HttpResponder responder) implements ReplyTo {
    @Override
    public void answer(int status, String text) {
        if (status == 503) {
            responder.respond(LeaderOnly.comeAgain(text));
        } else {
            responder.respond(text.isEmpty() ? HttpResponse.empty(status) : HttpResponse.text(status, text));
        }
    }
}
