package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.polder.master.FrameworkRecord;
import dev.polder.master.MasterView;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MasterStateJsonTest {
    private final ApiConfig config = ApiConfig.defaults("t", "0.1.0", 1_795_602_600_000L, 1_795_602_900_250L)
            .withFlags(Map.of("port", "15060"), Map.of());
    private final MasterStateJson state = new MasterStateJson(config, new ClassicJson());

    @Test
    void shouldHaveTheNamesAndTypesOfMesosAndFewMore() throws IOException {
        Map<String, String> mesos = mesosTypes();

        Map<String, String> types = JsonShape.types(state.render(SampleViews.busy()));

        assertThat(types).containsAllEntriesOf(mesos);
        types.keySet().removeAll(mesos.keySet());
        assertThat(types).containsOnly(entry("polder_version", "string"), entry("slaves[].polder_version", "string"));
    }

    @Test
    void shouldShowAnEmptyCluster() throws IOException {
        Map<String, String> values = JsonShape.values(state.render(SampleViews.empty()));

        assertThat(values)
                .contains(
                        entry("activated_slaves", "0.0"),
                        entry("slaves", "[]"),
                        entry("frameworks", "[]"),
                        entry("completed_frameworks", "[]"),
                        entry("version", "1.11.0"),
                        entry("polder_version", "0.1.0"),
                        entry("build_date", "2026-11-25 10:30:00 UTC"),
                        entry("build_time", "1795602600.0"),
                        entry("start_time", "1795602900.25"),
                        entry("elected_time", "1795602917.329"),
                        entry("leader", "master@127.0.0.1:15060"),
                        entry("flags.port", "15060"));
    }

    @Test
    void shouldSumWhatIsUsedAndOffered() throws IOException {
        Map<String, String> values = JsonShape.values(state.render(SampleViews.busy()));

        assertThat(values)
                .contains(
                        entry("activated_slaves", "1.0"),
                        entry("slaves[].used_resources.cpus", "0.5"),
                        entry("slaves[].used_resources.mem", "32.0"),
                        entry("slaves[].used_resources.gpus", "0.0"),
                        entry("slaves[].used_resources.ports", "[31000-31001]"),
                        entry("slaves[].offered_resources.cpus", "3.5"),
                        entry("slaves[].offered_resources.ports", "[31002-31999]"),
                        entry("slaves[].unreserved_resources.cpus", "4.0"),
                        entry("slaves[].pid", "slave(1)@127.0.0.1:15061"),
                        entry("slaves[].attributes.zone", "7.0"),
                        // elements of an array share a path: this is the second framework
                        entry("frameworks[].resources.cpus", "0.5"),
                        entry("frameworks[].used_resources.cpus", "0.5"),
                        entry("frameworks[].offered_resources.cpus", "0.0"),
                        entry("frameworks[].tasks[].statuses[].timestamp", "1795602917.329764"));
    }

    @Test
    void shouldNotCountTasksOfUnreachableAgentsAsUsing() throws IOException {
        FrameworkId id = SampleViews.RUNNING;
        MasterView view = SampleViews.view(
                List.of(SampleViews.agent(SampleViews.AGENT, SampleViews.WALL_MS)),
                List.of(SampleViews.framework(id, "{'user':'u','name':'n'}", 0)),
                List.of(SampleViews.task(
                        id,
                        "t",
                        TaskState.TASK_UNREACHABLE,
                        "{'name':'cpus','type':'SCALAR','scalar':{'value':1}}",
                        "")),
                List.of(),
                List.of(),
                Map.of());

        Map<String, String> values = JsonShape.values(state.render(view));

        assertThat(values)
                .contains(
                        entry("slaves", "[]"),
                        entry("activated_slaves", "0.0"),
                        entry("unreachable_slaves", "1.0"),
                        entry("frameworks[].tasks", "[]"),
                        entry("frameworks[].unreachable_tasks[].id", "t"),
                        entry("frameworks[].used_resources.cpus", "0.0"),
                        entry("frameworks[].role", "*"))
                .doesNotContainKey("frameworks[].roles[]");
    }

    @Test
    void shouldLeaveOutACompletedTaskWhoseRecordIsGone() throws IOException {
        MasterView view = SampleViews.view(
                List.of(),
                List.of(SampleViews.framework(SampleViews.RUNNING, "{'user':'u','name':'n'}", 0)),
                List.of(),
                List.of(
                        SampleViews.task(SampleViews.RUNNING, "gone", TaskState.TASK_FINISHED, "", ""),
                        SampleViews.task(SampleViews.RUNNING, "there", TaskState.TASK_FINISHED, "", "")),
                List.of(),
                Map.of());
        view.completedRecords().forget(0);

        String json = new String(state.render(view), StandardCharsets.UTF_8);

        assertThat(json).contains("\"there\"").doesNotContain("\"gone\"");
    }

    @Test
    void shouldShowWhoIsConnected() throws IOException {
        FrameworkRecord away = SampleViews.framework(new FrameworkId("away"), "{'user':'u','name':'n'}", 0);
        MasterView all = SampleViews.view(
                List.of(SampleViews.agent(new AgentId("a"), 0)),
                List.of(away),
                List.of(),
                List.of(),
                List.of(),
                Map.of());
        MasterView none = new MasterView(
                all.term(),
                all.index(),
                all.clusterTimeMs(),
                all.nextFramework(),
                all.nextAgent(),
                all.nextCompleted(),
                all.master(),
                all.clusterId(),
                all.electedWallMs(),
                all.agents(),
                all.frameworks(),
                all.tasks(),
                all.completedTasks(),
                all.completedRecords(),
                all.completedFrameworks(),
                new MasterView.Soft(
                        Set.of(), Set.of(), all.soft().offers(), all.soft().counters()));

        Map<String, String> values = JsonShape.values(state.render(none));

        assertThat(values)
                .contains(
                        entry("activated_slaves", "0.0"),
                        entry("deactivated_slaves", "1.0"),
                        entry("slaves[].active", "false"),
                        entry("frameworks[].active", "false"),
                        entry("frameworks[].connected", "false"));
    }

    private static Map<String, String> mesosTypes() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(MasterStateJsonTest.class.getResourceAsStream("master-state-types.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> a, TreeMap::new));
        }
    }
}
