package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.model.TaskInfo;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AttemptTest {
    @Test
    void shouldBeTheSameTaskUnderAnotherId() {
        for (boolean shell : new boolean[] {true, false}) {
            Attempt third = Attempt.first(task("a", shell)).next().next();

            assertThat(third.task()).isEqualTo(task("a-again-2", shell));
            assertThat(third.first().value()).isEqualTo("a");
        }
    }

    private static TaskInfo task(String id, boolean shell) {
        TaskInfo.Builder task = TaskInfo.builder(id).name("name");
        if (shell) {
            task.shell("echo $HOME");
        } else {
            task.command("/bin/echo", "one", "two");
        }
        return task.environment("KEY", "value")
                .user("somebody")
                .cpus(0.5)
                .mem(32)
                .port(31_000)
                .label("key", "value")
                .killGracePeriod(Duration.ofSeconds(1))
                .maxCompletionTime(Duration.ofSeconds(2))
                .build();
    }
}
