package dev.polder.framework;

import dev.polder.framework.CallResult.Accepted;
import dev.polder.framework.CallResult.Refused;
import dev.polder.http.Headers;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.HttpStream;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.RecordIo;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A fake master that speaks the v1 scheduler API over HTTP. */
final class HttpFakeMaster implements FakeMaster {
    private final ProtobufCodec codec = new ProtobufCodec();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Call> subscribes = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile BiConsumer<Call, HttpResponder> onSubscribe = this::open;
    private volatile Function<Call, CallResult> answer = call -> new Accepted();
    private volatile @Nullable HttpStream stream;
    private volatile String streamId = "none";

    HttpFakeMaster() {
        try {
            server = HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "fake-master"), this::handle);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void lead() {
        onSubscribe = this::open;
    }

    @Override
    public void redirectTo(InetSocketAddress leader) {
        String location = "//" + leader.getHostString() + ":" + leader.getPort() + "/api/v1/scheduler";
        onSubscribe =
                (call, responder) -> responder.respond(HttpResponse.empty(307).with("Location", location));
    }

    @Override
    public void standBy() {
        onSubscribe = (call, responder) ->
                responder.respond(HttpResponse.text(503, "no leader").with("Retry-After", "1"));
    }

    @Override
    public void reject(String message) {
        onSubscribe = (call, responder) -> responder.respond(HttpResponse.text(400, message));
    }

    @Override
    public void answerCalls(Function<Call, CallResult> answer) {
        this.answer = answer;
    }

    @Override
    public void send(Event event) {
        HttpStream current = stream;
        if (current != null) {
            current.send(RecordIo.encode(codec.encode(event)));
        }
    }

    @Override
    public void dropStream() {
        HttpStream current = stream;
        stream = null;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public boolean hasSubscriber() {
        return stream != null;
    }

    @Override
    public List<Call> calls() {
        return calls;
    }

    @Override
    public List<Call> subscribes() {
        return subscribes;
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpRequest request, HttpResponder responder) {
        Call call;
        try {
            call = codec.decode(request.body(), Call.getDefaultInstance());
        } catch (DecodeException e) {
            responder.respond(HttpResponse.text(400, String.valueOf(e.getMessage())));
            return;
        }
        if (!request.path().equals("/api/v1/scheduler") || !request.method().equals("POST")) {
            responder.respond(HttpResponse.text(404, request.method() + " " + request.path()));
        } else if (call.getType() == Call.Type.SUBSCRIBE) {
            subscribes.add(call);
            onSubscribe.accept(call, responder);
        } else if (!request.headers().first("Mesos-Stream-Id").orElse("").equals(streamId)) {
            responder.respond(HttpResponse.text(400, "wrong stream id"));
        } else {
            calls.add(call);
            responder.respond(response(answer.apply(call)));
        }
    }

    private void open(Call call, HttpResponder responder) {
        String id = UUID.randomUUID().toString();
        HttpStream opened = responder.openStream(
                200, Headers.of("Content-Type", "application/x-protobuf").with("Mesos-Stream-Id", id));
        opened.onClosed(by -> {
            if (stream == opened) {
                stream = null;
            }
        });
        streamId = id;
        opened.send(RecordIo.encode(codec.encode(Protocol.subscribed("f-1", 15))));
        opened.send(RecordIo.encode(codec.encode(Protocol.heartbeat())));
        stream = opened;
    }

    private static HttpResponse response(CallResult result) {
        if (result instanceof Refused refused) {
            return switch (refused.reason()) {
                case INVALID -> HttpResponse.text(400, refused.message());
                case FORBIDDEN -> HttpResponse.text(403, refused.message());
                case TOO_LARGE -> HttpResponse.text(413, refused.message());
                default -> HttpResponse.text(503, refused.message()).with("Retry-After", "1");
            };
        }
        return result.isAccepted() ? HttpResponse.empty(202) : HttpResponse.text(503, "outcome unknown");
    }
}
