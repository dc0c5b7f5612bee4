package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.SeccompChoice;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.SeccompInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import org.junit.jupiter.api.Test;

class TaskSeccompTest {
    private static TaskInfo task(SeccompInfo.Builder seccomp, boolean inImage) {
        TaskInfo.Builder task = TaskInfo.newBuilder();
        ContainerInfo.Builder container = task.getContainerBuilder();
        container.getLinuxInfoBuilder().setSeccomp(seccomp);
        if (inImage) {
            container.getMesosBuilder().getImageBuilder();
        }
        return task.buildPartial();
    }

    private static SeccompInfo.Builder seccomp() {
        return SeccompInfo.newBuilder();
    }

    @Test
    void shouldReadWhichSystemCallsATaskMayMake() {
        assertThat(TaskSeccomp.of(TaskInfo.getDefaultInstance())).isEqualTo(SeccompChoice.USUAL);
        assertThat(TaskSeccomp.of(task(seccomp().setUnconfined(false), true))).isEqualTo(SeccompChoice.USUAL);
        assertThat(TaskSeccomp.of(task(seccomp().setUnconfined(true), true))).isEqualTo(SeccompChoice.UNCONFINED);
        assertThat(TaskSeccomp.of(task(seccomp().setProfileName("web.json"), true)))
                .isEqualTo(new SeccompChoice.Profile("web.json"));
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        assertThatThrownBy(
                        () -> TaskSeccomp.of(task(seccomp().setUnconfined(true).setProfileName("web.json"), true)))
                .hasMessage("linux_info.seccomp: profile_name 'web.json' and unconfined exclude each other");
        assertThatThrownBy(() -> TaskSeccomp.of(task(seccomp().setProfileName("web.json"), false)))
                .hasMessage("linux_info.seccomp of a task without an image is not supported");
        assertThat(TaskSeccomp.of(task(seccomp().setUnconfined(true), false)))
                .as("nothing filters it")
                .isEqualTo(SeccompChoice.UNCONFINED);
    }
}
