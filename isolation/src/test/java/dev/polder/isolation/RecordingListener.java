package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;

/** Keeps what a launcher tells, and checks for each container that it is one story. */
final class RecordingListener implements TaskListener {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** One call. */
    sealed interface Told {
        record Started(long pid) implements Told {}

        record Exited(ExitStatus status) implements Told {}

        record NotStarted(String why) implements Told {}

        record Lost(String why) implements Told {}
    }

    private final Map<ContainerId, List<Told>> stories = new ConcurrentHashMap<>();

    @Override
    public void onStarted(ContainerId id, long pid) {
        add(id, new Told.Started(pid));
    }

    @Override
    public void onExited(ContainerId id, ExitStatus status) {
        add(id, new Told.Exited(status));
    }

    @Override
    public void onNotStarted(ContainerId id, String why) {
        add(id, new Told.NotStarted(why));
    }

    @Override
    public void onLost(ContainerId id, String why) {
        add(id, new Told.Lost(why));
    }

    private void add(ContainerId id, Told told) {
        stories.computeIfAbsent(id, any -> new ArrayList<>());
        stories.compute(id, (any, story) -> {
            List<Told> longer = new ArrayList<>(story == null ? List.of() : story);
            longer.add(told);
            return longer;
        });
    }

    List<Told> story(ContainerId id) {
        return stories.getOrDefault(id, List.of());
    }

    int size() {
        return stories.size();
    }

    long awaitStart(ContainerId id) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> story(id).stream().anyMatch(Told.Started.class::isInstance));
        return ((Told.Started) story(id).get(0)).pid();
    }

    /** Waits for the last thing told of a container, which is never another start. */
    Told awaitEnd(ContainerId id) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> story(id).stream().anyMatch(told -> !(told instanceof Told.Started)));
        return story(id).get(story(id).size() - 1);
    }

    ExitStatus awaitExit(ContainerId id) {
        Told end = awaitEnd(id);
        assertThat(end).isInstanceOf(Told.Exited.class);
        return ((Told.Exited) end).status();
    }

    /** Every container has ended in exactly one way, and started at most once, before that. */
    void checkStories() {
        stories.forEach((id, story) -> {
            assertThat(story).as("story of %s", id).hasSizeBetween(1, 2);
            assertThat(story.get(story.size() - 1)).as("end of %s", id).isNotInstanceOf(Told.Started.class);
            if (story.size() == 2) {
                assertThat(story.get(0)).as("begin of %s", id).isInstanceOf(Told.Started.class);
            }
        });
    }
}
