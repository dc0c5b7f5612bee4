package dev.polder.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TaskStatusTest {
    @Test
    void shouldReadTheExitCodeFromTheFixedMessage() {
        assertThat(status("Command exited with status 0").exitCode()).hasValue(0);
        assertThat(status("Command exited with status 255").exitCode()).hasValue(255);
        assertThat(status("Command terminated with signal Killed").exitCode()).isEmpty();
        assertThat(status("Command exited with status").exitCode()).isEmpty();
        assertThat(status("Command exited with status 99999999999").exitCode()).isEmpty();
        assertThat(status("").exitCode()).isEmpty();
    }

    @Test
    void shouldReadTheSignalFromTheFixedMessage() {
        assertThat(status("Command terminated with signal Killed").signal()).contains("Killed");
        assertThat(status("Command terminated with signal Segmentation fault").signal())
                .contains("Segmentation fault");
        assertThat(status("Command exited with status 0").signal()).isEmpty();
    }

    @Test
    void shouldPrintWhatMattersToPeople() {
        assertThat(status("words")).hasToString("t TASK_FAILED: words");
        assertThat(TaskStatus.builder(new TaskId("t"), TaskState.TASK_LOST)
                        .reason(TaskStatus.Reason.REASON_AGENT_REMOVED)
                        .build())
                .hasToString("t TASK_LOST REASON_AGENT_REMOVED");
    }

    private static TaskStatus status(String message) {
        return TaskStatus.builder(new TaskId("t"), TaskState.TASK_FAILED)
                .message(message)
                .build();
    }
}
