package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a framework that is not ours, and knows of no list of masters, needs when its leader dies. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class PlainFrameworkTest {
    @TempDir
    private Path directory;

    @Test
    void shouldFindItsTaskAtTheNextLeader() throws Exception {
        // a plain client does not repeat what a leader refuses that a busy host took the lead from
        try (ClusterProcesses nodes = new ClusterProcesses(directory, Map.of("election-timeout", "2s"))) {
            nodes.startAll();
            PlainFramework plain = new PlainFramework();
            PlacedTasks.await("a leader", () -> plain.redirect(nodes.master(0)).isPresent());
            String leader = plain.redirect(nodes.master(0)).orElseThrow();
            int killed = nodes.nodeOfMaster(Integer.parseInt(leader.substring(leader.lastIndexOf(':') + 1)));
            int survivor = (killed + 1) % ClusterProcesses.NODES;
            Map<String, String> first = plain.subscribe(leader);
            Path go = directory.resolve("go");
            plain.launch("t", "while [ ! -e " + go + " ]; do sleep 0.1; done; exit 3", "n" + killed);
            plain.nextUpdate("t", "TASK_RUNNING");

            nodes.kill(killed);
            plain.awaitEndOfStream();
            PlacedTasks.await(
                    "another leader",
                    () -> plain.redirect(nodes.master(survivor))
                            .filter(named -> !named.equals(leader))
                            .isPresent());
            Map<String, String> second =
                    plain.subscribe(plain.redirect(nodes.master(survivor)).orElseThrow());

            assertThat(second.get("subscribed.framework_id.value"))
                    .isEqualTo(first.get("subscribed.framework_id.value"));
            assertThat(plain.call("RECONCILE", "\"tasks\":[{\"task_id\":{\"value\":\"t\"}}]")
                            .statusCode())
                    .isEqualTo(202);
            Map<String, String> known = plain.nextUpdate("t", "TASK_RUNNING");
            while (known.containsKey("update.status.uuid")) {
                // told twice by the first leader, because its agent connected twice
                known = plain.nextUpdate("t", "TASK_RUNNING");
            }
            assertThat(known).containsEntry("update.status.reason", "REASON_RECONCILIATION");
            Files.createFile(go);
            assertThat(plain.nextUpdate("t", "TASK_FAILED"))
                    .containsEntry("update.status.message", "Command exited with status 3")
                    .containsKey("update.status.uuid");
        }
    }
}
