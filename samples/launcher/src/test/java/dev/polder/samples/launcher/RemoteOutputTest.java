package dev.polder.samples.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.resource.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over an agent that has files, and moods. */
@Tag("slow")
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class RemoteOutputTest {
    private static final String RUN = "/frameworks/f/executors/a task/runs/c-1";
    private static final String INCOMPLETE = "polder: the output of a task is incomplete, cannot read ";
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);
    private final Map<String, String> files = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int refusal;
    private HttpServer agent;

    @BeforeEach
    void start() throws IOException {
        agent = HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "fake-agent"), this::answer);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void shouldCopyLinesAsTheyCome() {
        try (RemoteOutput output = RemoteOutput.start(PATIENCE)) {
            output.follow("a task", offer(), update(TaskState.TASK_RUNNING), out, out);
            files.put(RUN + "/stdout", "one\ntw");
            await().until(() -> copied().equals("a task | one\n"));
            files.put(RUN + "/stdout", "one\ntwo ü\n");
            await().until(() -> copied().equals("a task | one\na task | two ü\n"));
        }
    }

    @Test
    void shouldCopyTheRestOfATaskThatHasEndedAndAskNoMore() {
        files.put(RUN + "/stdout", "no line feed");
        files.put(RUN + "/stderr", "x".repeat(200_000) + "\n");
        try (RemoteOutput output = RemoteOutput.start(PATIENCE)) {
            output.follow("a task", offer(), update(TaskState.TASK_RUNNING), out, out);
            output.follow("a task", offer(), update(TaskState.TASK_FINISHED), out, out);
            await().until(() -> copied().contains("a task | no line feed\n"));
            await().until(() -> copied().chars().filter(c -> c == 'x').count() == 200_000);
            int before = asked.get();
            output.follow("a task", offer(), update(TaskState.TASK_FINISHED), out, out);

            assertThat(asked).hasValueLessThan(before + 3);
        }
    }

    @Test
    void shouldCopyTheRestWhenClosed() {
        files.put(RUN + "/stdout", "last words");
        try (RemoteOutput output = RemoteOutput.start(PATIENCE)) {
            output.follow("a task", offer(), update(TaskState.TASK_RUNNING), out, out);
        }

        assertThat(copied()).isEqualTo("a task | last words\n");
    }

    @Test
    void shouldAskASilentAgentAgainAsLongAsItIsOpen() {
        files.put(RUN + "/stdout", "at last\n");
        refusal = 503;
        try (RemoteOutput output = RemoteOutput.start(Duration.ofMillis(1))) {
            output.follow("a task", offer(), update(TaskState.TASK_FINISHED), out, out);
            await().until(() -> asked.get() > 2); // each time later than that patience
            refusal = 0;
            await().until(() -> copied().equals("a task | at last\n"));
        }
    }

    @Test
    void shouldSayWhatCannotBeRead() {
        refusal = 403;
        try (RemoteOutput output = RemoteOutput.start(PATIENCE)) {
            output.follow("a task", offer(), update(TaskState.TASK_RUNNING), out, out);
        }

        String at = " at 127.0.0.1:" + agent.address().getPort() + ": 403 go away";
        assertThat(copied().lines())
                .containsExactly(INCOMPLETE + RUN + "/stdout" + at, INCOMPLETE + RUN + "/stderr" + at);
    }

    @Test
    void shouldGiveUpAnAgentThatIsGone() {
        Offer offer = offer();
        agent.close();
        try (RemoteOutput output = RemoteOutput.start(PATIENCE)) {
            output.follow("a task", offer, update(TaskState.TASK_RUNNING), out, out);
        }

        assertThat(copied().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith(INCOMPLETE + RUN) && line.contains("ConnectException"));
    }

    private void answer(HttpRequest request, HttpResponder responder) {
        asked.incrementAndGet();
        if (refusal != 0) {
            responder.respond(HttpResponse.text(refusal, "go away"));
            return;
        }
        String text = files.get(request.query("path").orElseThrow());
        if (text == null) {
            responder.respond(HttpResponse.text(404, ""));
            return;
        }
        byte[] file = text.getBytes(UTF_8);
        int offset = Integer.parseInt(request.query("offset").orElseThrow());
        int length = Math.min(
                file.length - offset, Integer.parseInt(request.query("length").orElseThrow()));
        String data = new String(file, offset, length, UTF_8).replace("\n", "\\n");
        responder.respond(HttpResponse.json(
                200,
                ("{\"data\":\"" + data + "\",\"offset\":" + offset + ",\"bytes\":" + length + "}").getBytes(UTF_8)));
    }

    private Offer offer() {
        return new Offer(
                new OfferId("o"),
                new FrameworkId("f"),
                new AgentId("s"),
                "host",
                InetSocketAddress.createUnresolved("127.0.0.1", agent.address().getPort()),
                "*",
                Resources.builder().build(),
                List.of());
    }

    private static TaskStatus update(TaskState state) {
        return TaskStatus.builder(new TaskId("a task"), state)
                .containerId("c-1")
                .build();
    }

    private String copied() {
        return bytes.toString(UTF_8);
    }
}
