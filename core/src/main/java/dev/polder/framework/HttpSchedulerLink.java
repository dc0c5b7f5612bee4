package dev.polder.framework;

import dev.polder.framework.CallResult.Reason;
import dev.polder.http.ClientStream;
import dev.polder.http.ClosedBy;
import dev.polder.http.Headers;
import dev.polder.http.HttpCallException;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.http.HttpResponse;
import dev.polder.http.MediaTypes;
import dev.polder.http.StreamListener;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.RecordIo;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link over the v1 scheduler API: the subscription has a connection of its own, all calls to one master share another and
 * keep their order on it.
 */
final class HttpSchedulerLink implements SchedulerLink {
    private static final Logger log = LoggerFactory.getLogger(HttpSchedulerLink.class);
    private static final String PATH = "/api/v1/scheduler";
    private static final String STREAM_ID = "Mesos-Stream-Id";

    /**
     * So many calls go out before the first of them is answered. None is sent a second time by itself, so what the client
     * says of pipelining is met.
     */
    private static final int IN_FLIGHT_MAX = 256;

    /** The longest text of a refusal that is kept. */
    private static final int REFUSAL_BYTES_MAX = 8_192;

    private static final Headers CONTENT =
            Headers.of("Content-Type", MediaTypes.PROTOBUF).with("Accept", MediaTypes.PROTOBUF);

    private final ProtobufCodec codec = new ProtobufCodec();
    private final HttpClient client;

    private HttpSchedulerLink(HttpClient client) {
        this.client = client;
    }

    static HttpSchedulerLink start(String threadName) {
        return new HttpSchedulerLink(
                HttpClient.start(HttpClientConfig.defaults(threadName).withInFlightMax(IN_FLIGHT_MAX)));
    }

    @Override
    public Subscription subscribe(InetSocketAddress master, Call subscribe, Listener listener) {
        // looked up anew each time, as names move; it may block, but a session without a subscription has nothing else
        // to do
        InetSocketAddress address =
                master.isUnresolved() ? new InetSocketAddress(master.getHostString(), master.getPort()) : master;
        HttpSubscription subscription = new HttpSubscription(address, listener);
        CompletableFuture<?> unused = client.stream(
                        address, "POST", PATH, CONTENT, codec.encode(subscribe), subscription)
                .whenComplete(subscription::opened);
        return subscription;
    }

    @Override
    public void close() {
        client.close();
    }

    /** Answers and events come on network threads; the state is guarded by the object's own lock, held for assignments only. */
    private final class HttpSubscription implements Subscription, StreamListener {
        private final InetSocketAddress master;
        private final Listener listener;
        private final RecordIo.Decoder records = new RecordIo.Decoder(this::record);
        private final ByteArrayOutputStream refusal = new ByteArrayOutputStream();
        private int status;
        private Headers responseHeaders = Headers.none();
        private volatile String streamId = "";
        private volatile boolean over;
        private volatile boolean reading = true;
        private volatile @Nullable ClientStream stream;

        HttpSubscription(InetSocketAddress master, Listener listener) {
            this.master = master;
            this.listener = listener;
        }

        void opened(@Nullable ClientStream opened, @Nullable Throwable failure) {
            if (opened != null) {
                stream = opened;
                if (over) {
                    opened.close();
                } else {
                    opened.setReading(reading);
                }
            } else {
                end(new End.Lost(
                        failure == null
                                ? "no stream"
                                : String.valueOf(cause(failure).getMessage())));
            }
        }

        @Override
        public void send(Call call, Consumer<CallResult> answer) {
            Headers headers = CONTENT.with(STREAM_ID, streamId);
            CompletableFuture<?> unused = client.request(master, "POST", PATH, headers, codec.encode(call))
                    .whenComplete((response, failure) -> answer.accept(
                            response != null ? result(call.getType(), response) : failure(call.getType(), failure)));
        }

        @Override
        public void setReading(boolean on) {
            reading = on;
            ClientStream opened = stream;
            if (opened != null) {
                opened.setReading(on);
            }
        }

        @Override
        public void close() {
            over = true;
            ClientStream opened = stream;
            if (opened != null) {
                opened.close();
            }
        }

        @Override
        public void onResponse(int status, Headers headers) {
            this.status = status;
            this.responseHeaders = headers;
            this.streamId = headers.first(STREAM_ID).orElse("");
        }

        @Override
        public void onBytes(byte[] bytes) {
            if (over) {
                return;
            }
            if (status != 200) {
                refusal.write(bytes, 0, Math.min(bytes.length, REFUSAL_BYTES_MAX - refusal.size()));
                return;
            }
            try {
                records.feed(bytes);
            } catch (DecodeException broken) {
                end(new End.Lost("the stream is broken: " + broken.getMessage()));
                close();
            }
        }

        @Override
        public void onClosed(ClosedBy by) {
            end(status == 200 ? new End.Lost("the stream ended, closed by " + by) : refused());
        }

        private void record(byte[] bytes) {
            if (over) {
                return;
            }
            try {
                listener.onEvent(codec.decode(bytes, Event.getDefaultInstance()));
            } catch (DecodeException unreadable) {
                log.warn("event=ignored master={} bytes={}", master, bytes.length, unreadable);
            }
        }

        private End refused() {
            String text = refusal.toString(StandardCharsets.UTF_8).strip();
            String message = "SUBSCRIBE was answered " + status + (text.isEmpty() ? "" : ": " + text);
            if (status >= 300 && status < 400) {
                Optional<InetSocketAddress> leader =
                        responseHeaders.first("Location").flatMap(Addresses::location);
                if (leader.isPresent()) {
                    return new End.Redirected(leader.get());
                }
            }
            boolean ours = status == 400 || status == 401 || status == 403 || status == 413;
            return ours ? new End.Rejected(message) : new End.Lost(message);
        }

        private void end(End end) {
            if (!over) {
                over = true;
                listener.onEnd(end);
            }
        }
    }

    private static CallResult result(Call.Type type, HttpResponse response) {
        int status = response.status();
        String message =
                type + " was answered " + status + ": " + response.bodyText().strip();
        if (status == 200 || status == 202) {
            return new CallResult.Accepted();
        } else if (status >= 300 && status < 400) {
            return new CallResult.Refused(Reason.UNAVAILABLE, message);
        } else if (status == 401 || status == 403) {
            return new CallResult.Refused(Reason.FORBIDDEN, message);
        } else if (status == 413) {
            return new CallResult.Refused(Reason.TOO_LARGE, message);
        } else if (status == 503 && response.headers().contains("Retry-After")) {
            return new CallResult.Refused(Reason.UNAVAILABLE, message);
        } else if (status < 500 || status == 501) {
            return new CallResult.Refused(Reason.INVALID, message);
        }
        return new CallResult.Unknown(message);
    }

    private static CallResult failure(Call.Type type, @Nullable Throwable failure) {
        Throwable cause = failure == null ? new IllegalStateException("no answer") : cause(failure);
        String message = type + ": " + cause.getMessage();
        if (cause instanceof HttpCallException unsent && !unsent.sent()) {
            return new CallResult.Refused(
                    unsent.reason() == HttpCallException.Reason.TOO_MANY_WAITING
                            ? Reason.TOO_MANY_CALLS
                            : Reason.UNAVAILABLE,
                    message);
        }
        return new CallResult.Unknown(message);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
