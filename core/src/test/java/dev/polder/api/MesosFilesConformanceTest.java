package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.polder.api.MesosTranscript.Exchange;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asks an agent for the files of a task, as a real one was asked, and compares the answers. */
@Tag("slow")
final class MesosFilesConformanceTest {
    @Test
    void shouldAnswerAsMesosDoes() throws IOException {
        Differences differences = Differences.of("11");

        try (TaskOnNode task = new TaskOnNode("echo hello; echo err >&2; rm -f nothing")) {
            for (Exchange exchange : MesosTranscript.exchanges("mesos-11-agent-files.txt")) {
                try (RawConnection connection = new RawConnection(task.agent())) {
                    connection.request(toOurs(exchange.methodAndPath(), task), exchange.requestHeaders(), new byte[0]);
                    RawConnection.Answer answer = connection.answer();
                    Map<String, String> recorded = MesosTranscript.head(exchange.status(), exchange.headers());
                    Map<String, String> answered =
                            MesosTranscript.head(answer.status(), answer.head().headers());
                    differences.head(exchange.name(), recorded, answered);
                    String body = String.join("", exchange.lines()).replace("<TIME>", "1.5");
                    if (exchange.status() == 200 && recorded.equals(answered)) {
                        boolean read = exchange.name().contains("/read?");
                        differences.fields(exchange.name(), shape(body, read), shape(answer.text(), read));
                    }
                }
            }
        }

        differences.check();
    }

    private static String toOurs(String text, TaskOnNode task) {
        return text.replace("<WORKDIR>", task.sandboxes().toString())
                .replace("<UUID1>-S0", task.agentId())
                .replace("<UUID1>-0000", task.frameworkId())
                .replace("<UUID2>", task.containerId());
    }

    /** What is read is compared by its values, a directory by the types: it has other dates and sizes. */
    private static Map<String, String> shape(String body, boolean values) throws IOException {
        String json = body.startsWith("cb(") ? body.substring(3, body.lastIndexOf(')')) : body;
        return values ? JsonShape.values(json.getBytes(UTF_8)) : JsonShape.types(json.getBytes(UTF_8));
    }
}
