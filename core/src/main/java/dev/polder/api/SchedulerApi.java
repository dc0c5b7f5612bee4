package dev.polder.api;

import dev.polder.http.HttpHandler;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.MediaTypes;
import dev.polder.master.Command;
import dev.polder.master.MasterPort;
import dev.polder.wire.DecodeException;
import dev.polder.wire.JsonCodec;
import dev.polder.wire.MessageCodec;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The v1 scheduler API: {@code POST /api/v1/scheduler}.
 *
 * <p>A request passes the checks in Mesos's order: does this node lead, content type, body, form of the call, and for
 * SUBSCRIBE the accepted types and the absence of a stream id. What is left only the master can tell.
 */
final class SchedulerApi implements HttpHandler {
    static final String STREAM_ID = "Mesos-Stream-Id";

    private static final List<String> OFFERED = List.of(MediaTypes.JSON, MediaTypes.PROTOBUF);

    private final ApiContext context;
    private final MasterPort master;
    private final MessageCodec json = new JsonCodec();
    private final MessageCodec protobuf = new ProtobufCodec();

    SchedulerApi(ApiContext context) {
        this.context = context;
        this.master = context.master();
    }

    @Override
    public void handle(HttpRequest request, HttpResponder responder) {
        if (!master.leads()) {
            responder.respond(LeaderOnly.elsewhere(master, request));
            return;
        }
        String contentType = MediaTypes.contentType(request.headers()).orElse(null);
        MessageCodec codec = codec(contentType);
        if (codec == null) {
            responder.respond(unreadable(contentType));
            return;
        }
        Call call;
        try {
            call = codec.decode(request.body(), Call.getDefaultInstance());
        } catch (DecodeException e) {
            responder.respond(HttpResponse.text(400, "body is not a scheduler call: " + e.getMessage()));
            return;
        }
        String fault = SchedulerCalls.fault(call);
        if (fault != null) {
            responder.respond(HttpResponse.text(400, "scheduler call is not valid: " + fault));
        } else if (call.getType() == Call.Type.SUBSCRIBE) {
            subscribe(request, responder, call);
        } else {
            String streamId = request.headers().first(STREAM_ID).orElse(null);
            submit(new Command.FrameworkCall(new HttpReply(responder), streamId, call), responder);
        }
    }

    private void subscribe(HttpRequest request, HttpResponder responder, Call call) {
        String accepted = MediaTypes.negotiate(request.headers(), OFFERED).orElse(null);
        MessageCodec codec = codec(accepted);
        if (accepted == null || codec == null) {
            responder.respond(HttpResponse.text(
                    406,
                    "'Accept' is " + request.headers().all("Accept") + ": it must allow "
                            + String.join(" or ", OFFERED)));
            return;
        }
        if (request.headers().contains(STREAM_ID)) {
            responder.respond(HttpResponse.text(
                    400, "header '" + STREAM_ID + "' is present: SUBSCRIBE begins a new stream and must not name one"));
            return;
        }
        HttpFrameworkLink link =
                new HttpFrameworkLink(UUID.randomUUID().toString(), request, responder, accepted, codec, context);
        context.counters().schedulerStreams.incrementAndGet();
        if (submit(new Command.Subscribe(link, call), responder)) {
            request.onClosed(link::onEnd);
        } else {
            context.counters().schedulerStreams.decrementAndGet();
        }
    }

    private boolean submit(Command command, HttpResponder responder) {
        boolean taken = master.submit(command);
        if (!taken) {
            context.counters().callsRefused.increment();
            responder.respond(LeaderOnly.comeAgain("the master's inbox is full or it lost its post: nothing was done"));
        }
        return taken;
    }

    private @Nullable MessageCodec codec(@Nullable String mediaType) {
        if (MediaTypes.JSON.equals(mediaType)) {
            return json;
        }
        return MediaTypes.PROTOBUF.equals(mediaType) ? protobuf : null;
    }

    private static HttpResponse unreadable(@Nullable String contentType) {
        return contentType == null
                ? HttpResponse.text(400, "header 'Content-Type' is absent: it must be " + String.join(" or ", OFFERED))
                : HttpResponse.text(
                        415, "'Content-Type' is '" + contentType + "': it must be " + String.join(" or ", OFFERED));
    }
}
