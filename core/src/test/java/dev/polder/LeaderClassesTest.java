package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a follower has loaded before it must lead. */
final class LeaderClassesTest {
    /** What a run may need that the list does not have: it depends on who asks whom at which moment. Without it: 450. */
    private static final int MISSED_MAX = 30;

    private static final Pattern NUMBERED_OF_OURS = Pattern.compile("(dev\\.polder\\..*)\\$\\d+");
    private static final Pattern LOADED = Pattern.compile("\\] (\\S+) source: file:");

    @Test
    void shouldKnowOnlyClassesThatThereAre() throws ClassNotFoundException {
        assertThat(LeaderClasses.names()).doesNotHaveDuplicates().hasSizeGreaterThan(100);
        for (String name : LeaderClasses.names()) {
            // whether a switch over an enum becomes a numbered class is each compiler's own choice
            Matcher numbered = NUMBERED_OF_OURS.matcher(name);
            Class.forName(numbered.matches() ? numbered.group(1) : name, false, LeaderClasses.class.getClassLoader());
        }
    }

    @Test
    @Tag("slow")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void shouldHaveLoadedBeforeTheLeaderDiesWhatTheNextOneNeeds(@TempDir Path directory) throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.addJvmOption("-Xlog:class+load:file=" + directory + "/classes-%p");
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            try (FrameworkDriver driver = FrameworkDriver.start(job, FrameworkConfig.named("job"), nodes.masters())) {
                PlacedTasks.await("the subscription", () -> job.leaderPort() != 0);
                List<String> names = LeaderClasses.names();
                for (int node = 0; node < ClusterProcesses.NODES; node++) {
                    Path loads = loads(directory, nodes, node);
                    PlacedTasks.await(
                            "the last of the list", () -> loaded(loads).containsAll(names));
                }
                int killed = nodes.nodeOfMaster(job.leaderPort());
                int first = (killed + 1) % ClusterProcesses.NODES;
                int second = (killed + 2) % ClusterProcesses.NODES;
                Set<String> loadedByFirst = loaded(loads(directory, nodes, first));
                Set<String> loadedBySecond = loaded(loads(directory, nodes, second));
                nodes.kill(killed);
                PlacedTasks.await(
                        "the next leader",
                        () -> List.of(
                                        nodes.master(first).getPort(),
                                        nodes.master(second).getPort())
                                .contains(job.leaderPort()));
                boolean firstLeads = job.leaderPort() == nodes.master(first).getPort();
                job.run("t", firstLeads ? second : first);
                job.await("t", TaskState.TASK_RUNNING);
                job.end("t", 0);
                job.await("t", TaskState.TASK_FINISHED);

                Set<String> missed = loaded(loads(directory, nodes, firstLeads ? first : second));
                missed.removeAll(firstLeads ? loadedByFirst : loadedBySecond);
                assertThat(missed).hasSizeLessThanOrEqualTo(MISSED_MAX);
                assertThat(driver.frameworkId()).isPresent();
            }
        }
    }

    private static Path loads(Path directory, ClusterProcesses nodes, int node) {
        return directory.resolve("classes-" + nodes.handle(node).pid());
    }

    /** Returns the classes that a JVM has loaded from jars and directories, without those that it made itself. */
    private static Set<String> loaded(Path loads) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        Matcher lines = LOADED.matcher(Files.readString(loads));
        while (lines.find()) {
            names.add(lines.group(1));
        }
        return names;
    }
}
