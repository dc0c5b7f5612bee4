package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.agent.SandboxFiles;
import dev.polder.agent.SandboxFiles.Answer;
import dev.polder.agent.SandboxFiles.Entry;
import dev.polder.agent.SandboxFiles.Listing;
import dev.polder.agent.SandboxFiles.Piece;
import dev.polder.agent.SandboxFiles.Refused;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.Router;
import dev.polder.metrics.Counter;
import dev.polder.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /files/browse} and {@code /files/read}: what is in the sandboxes of an agent, read on threads of its own. */
final class FilesApi implements AutoCloseable {
    /** So many requests may wait for a thread; a further one is answered 503. */
    static final int WAITING_MAX = 64;

    static final int THREADS = 4;
    /** Tells that a directory has more entries than are listed. */
    static final String TRUNCATED = "Polder-Truncated";

    private static final long IDLE_SECONDS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(FilesApi.class);

    private final ClassicJson classic;
    private final Supplier<AgentView> agent;
    private final SandboxFiles files;
    private final Counter refused;
    private final ThreadPoolExecutor threads;

    /** What is to be done on a thread that may wait. */
    private interface Work {
        HttpResponse answer(HttpRequest request, String agentId, String path);
    }

    FilesApi(ApiConfig config, ClassicJson classic, Supplier<AgentView> agent, SandboxFiles files, Metrics metrics) {
        this.classic = classic;
        this.agent = agent;
        this.files = files;
        refused = metrics.counter("polder/api/file_reads_refused");
        AtomicInteger made = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                // when full the request is answered 503
                new ArrayBlockingQueue<>(WAITING_MAX),
                work -> {
                    Thread thread = new Thread(work, config.threadName() + "-files-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    void addTo(Router.Builder router) {
        for (String method : FixedReads.METHODS) {
            router.exact(method, "/files/browse", (request, responder) -> answer(request, responder, this::browse));
            router.exact(method, "/files/read", (request, responder) -> answer(request, responder, this::read));
        }
    }

    private void answer(HttpRequest request, HttpResponder responder, Work work) {
        String path = request.query("path").orElse("");
        if (path.isEmpty()) {
            responder.respond(HttpResponse.text(400, "Expecting 'path=value' in query.\n"));
            return;
        }
        String agentId = agent.get().info().getId().getValue();
        try {
            threads.execute(() -> responder.respond(guarded(request, () -> work.answer(request, agentId, path))));
        } catch (RejectedExecutionException full) {
            refused.increment();
            responder.respond(LeaderOnly.comeAgain(
                    WAITING_MAX + " requests for files wait already: no more at once, " + THREADS + " are answered"));
        }
    }

    private static HttpResponse guarded(HttpRequest request, Supplier<HttpResponse> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            LOG.error("file request failed path={}", request.path(), e);
            return HttpResponse.text(500, "the answer could not be written: " + e);
        }
    }

    private HttpResponse browse(HttpRequest request, String agentId, String path) {
        Answer answer = files.browse(agentId, path);
        if (!(answer instanceof Listing listing)) {
            return refusal(answer);
        }
        String parent = path.endsWith("/") ? path : path + "/";
        HttpResponse found = JsonAnswer.of(request, classic.array(json -> {
            for (Entry entry : listing.entries()) {
                write(json, parent, entry);
            }
        }));
        return listing.complete()
                ? found
                : found.with(TRUNCATED, "there are more than " + SandboxFiles.ENTRIES_MAX + " entries");
    }

    private static void write(JsonGenerator json, String parent, Entry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("gid", entry.group());
        json.writeStringField("mode", entry.mode());
        ClassicJson.number(json, "mtime", entry.modifiedMs());
        json.writeNumberField("nlink", entry.links());
        json.writeStringField("path", parent + entry.name());
        json.writeNumberField("size", entry.sizeBytes());
        json.writeStringField("uid", entry.owner());
        json.writeEndObject();
    }

    private HttpResponse read(HttpRequest request, String agentId, String path) {
        long offset;
        long length;
        try {
            offset = number(request, "offset");
            length = number(request, "length");
        } catch (IllegalArgumentException e) {
            return HttpResponse.text(400, e.getMessage() + "\n");
        }
        Answer answer = files.read(
                agentId,
                path,
                offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset),
                length < 0 ? SandboxFiles.READ_BYTES_MAX : length);
        return answer instanceof Piece piece ? JsonAnswer.of(request, json(piece)) : refusal(answer);
    }

    /** Returns a parameter, -1 if it is not there; -1 itself says the same. */
    private static long number(HttpRequest request, String name) {
        String text = request.query(name).orElse("-1");
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Failed to parse " + name + ": Failed to convert '" + text + "' to number.", e);
        }
        if (number < -1) {
            throw new IllegalArgumentException("Negative " + name + " provided: " + number + ".");
        }
        return number;
    }

    /**
     * Text as it is, but for what is no UTF-8, which JSON cannot hold: it becomes U+FFFD. As one cannot tell then how far
     * the text reaches, {@code bytes} says it.
     */
    private byte[] json(Piece piece) {
        byte[] bytes = new byte[piece.bytes().remaining()];
        piece.bytes().duplicate().get(bytes);
        int length = Utf8.wholeCharacters(bytes);
        return classic.object(json -> {
            json.writeStringField("data", new String(bytes, 0, length, StandardCharsets.UTF_8));
            json.writeNumberField("offset", piece.offset());
            json.writeNumberField("bytes", length);
        });
    }

    private static HttpResponse refusal(Answer answer) {
        Refused why = (Refused) answer;
        int status = switch (why.reason()) {
            case NOT_FOUND -> 404;
            case INACCESSIBLE, DIRECTORY, NOT_A_FILE -> 400;
            case FORBIDDEN -> 403;
            case UNSUPPORTED -> 501;
            case FAILED -> 500;
        };
        return HttpResponse.text(status, why.words() + "\n");
    }

    /** Ends the threads; does not wait for one that reads. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
