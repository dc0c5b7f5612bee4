package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.polder.api.MesosTranscript.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asks an agent what a task uses, as a real one was asked: no field that Mesos has is missing. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class MesosMonitorConformanceTest {
    @Test
    void shouldHaveAllFieldsThatMesosHas() throws IOException {
        try (TaskOnNode task = new TaskOnNode("echo hello")) {
            List<Exchange> exchanges = MesosTranscript.exchanges("mesos-11-agent-monitor.txt");
            assertThat(exchanges).hasSize(2);
            for (Exchange exchange : exchanges) {
                try (RawConnection connection = new RawConnection(task.agent())) {
                    connection.request(exchange.methodAndPath(), exchange.requestHeaders(), new byte[0]);
                    RawConnection.Answer answer = connection.answer();

                    assertThat(MesosTranscript.head(
                                    answer.status(), answer.head().headers()))
                            .isEqualTo(MesosTranscript.head(exchange.status(), exchange.headers()));
                    String recorded = String.join("", exchange.lines()).replace("<TIME>", "1.5");
                    assertThat(JsonShape.types(answer.text().getBytes(UTF_8)))
                            .containsAllEntriesOf(JsonShape.types(recorded.getBytes(UTF_8)));
                    Map<String, String> values = JsonShape.values(answer.text().getBytes(UTF_8));
                    assertThat(values)
                            .contains(
                                    entry("[].framework_id", task.frameworkId()),
                                    entry("[].executor_id", "run1"),
                                    entry("[].source", "run1"),
                                    entry("[].statistics.cpus_soft_limit", "0.1"),
                                    entry("[].statistics.mem_limit_bytes", Long.toString(32 << 20)));
                    assertThat(values.get("[].executor_name"))
                            .isEqualTo("Command Executor (Task: run1) (Command: sh -c 'echo hello\nt...')");
                }
            }
        }
    }
}
