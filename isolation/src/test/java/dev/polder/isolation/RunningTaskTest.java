package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RunningTaskTest {
    private Process process;

    private RunningTask start(String... command) throws IOException {
        process = new ProcessBuilder(command).start();
        return RunningTask.of(process.pid());
    }

    @AfterEach
    void endProcess() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldNotBeAliveWhenItHasEnded() throws Exception {
        RunningTask task = start("sleep", "300");
        assertThat(task.isAlive()).isTrue();

        process.destroyForcibly().waitFor();

        assertThat(task.isAlive()).isFalse();
        assertThat(task.isAtItsProgram()).isFalse();
        assertThatThrownBy(() -> RunningTask.of(task.pid()))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no process " + task.pid());
    }

    @Test
    void shouldNotBeTakenForAnEarlierOneOfItsNumber() throws Exception {
        RunningTask task = start("sleep", "300");

        RunningTask earlier = new RunningTask(task.pid(), task.startTick() - 1);

        assertThat(earlier.isAlive()).isFalse();
        assertThat(earlier.isAtItsProgram()).isFalse();
    }

    @Test
    void shouldNotBeAtItsProgramAsLongAsItIsAShim() throws Exception {
        RunningTask task = start("sh", "-c", "read go; exec sleep 300", "/somewhere/" + LaunchShell.SCRIPT);
        assertThat(task.isAtItsProgram()).isFalse();

        process.outputWriter().write("\n");
        process.outputWriter().flush();

        await().until(task::isAtItsProgram);
    }

    @Test
    void shouldRefuseWhatIsNoTask() {
        assertThatThrownBy(() -> new RunningTask(1, 5)).hasMessage("process 1 is not above 1");
    }
}
