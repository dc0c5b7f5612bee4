package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExitCodesTest {
    @Test
    void shouldBeTheCommandsOwn() {
        assertThat(ExitCodes.of(status(TaskState.TASK_FINISHED, "Command exited with status 0")))
                .isZero();
        assertThat(ExitCodes.of(status(TaskState.TASK_FAILED, "Command exited with status 3")))
                .isEqualTo(3);
    }

    @Test
    void shouldAdd128ToASignalAsShellsDo() {
        assertThat(ExitCodes.of(status(TaskState.TASK_FAILED, "Command terminated with signal Killed")))
                .isEqualTo(137);
        assertThat(ExitCodes.of(status(TaskState.TASK_FAILED, "Command terminated with signal Segmentation fault")))
                .isEqualTo(139);
        assertThat(ExitCodes.of(status(TaskState.TASK_FAILED, "Command terminated with signal Unknown")))
                .isEqualTo(128);
    }

    @Test
    void shouldBeOneForATaskThatNeverRan() {
        assertThat(ExitCodes.of(status(TaskState.TASK_ERROR, "no such role"))).isEqualTo(1);
    }

    @Test
    void shouldBeTheFirstThatIsNotZero() {
        TaskStatus good = status(TaskState.TASK_FINISHED, "Command exited with status 0");
        TaskStatus three = status(TaskState.TASK_FAILED, "Command exited with status 3");
        TaskStatus four = status(TaskState.TASK_FAILED, "Command exited with status 4");

        assertThat(ExitCodes.of(List.of(good, three, four))).isEqualTo(3);
        assertThat(ExitCodes.of(List.of(good, good))).isZero();
        assertThat(ExitCodes.of(List.of())).isZero();
    }

    private static TaskStatus status(TaskState state, String message) {
        return TaskStatus.builder(new TaskId("t"), state).message(message).build();
    }
}
