package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a {@code /proc} that a test has written. */
class HostProcessesTest {
    private static final TaskProcess TASK = new TaskProcess(10, 1, 2, HostProcesses.BOOT_UNKNOWN);
    private static final String RUNTIME = "/usr/bin/runc\0--root\0/state\0run\0";

    @TempDir
    Path proc;

    @BeforeEach
    void makeUnshareAndItsInit() throws IOException {
        Files.createDirectories(proc.resolve("thread-self"));
        Files.createFile(proc.resolve("thread-self/children"));
        thread(10, 10, "11 ");
        process(11, "/bin/sh\0-c\0" + IntentScript.INIT + IntentScript.INITS_END + "\0init\0--\0sleep\0");
    }

    private void process(int pid, String commandLine) throws IOException {
        Files.createDirectories(proc.resolve(pid + "/task"));
        Files.writeString(proc.resolve(pid + "/cmdline"), commandLine);
    }

    private void thread(int pid, int thread, String children) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(pid + "/task/" + thread));
        Files.writeString(directory.resolve("children"), children);
    }

    private boolean hasComeToItsProgram() {
        return new HostProcesses(proc).hasComeToItsProgram(TASK);
    }

    @Test
    void shouldHaveComeToItsProgramWhenTheInitsChildIsTheSameShellNoMore() throws IOException {
        assertThat(hasComeToItsProgram()).isFalse();
        thread(11, 11, "12 ");
        process(12, Files.readString(proc.resolve("11/cmdline")));
        assertThat(hasComeToItsProgram()).isFalse();

        process(12, "sleep\0");

        assertThat(hasComeToItsProgram()).isTrue();
    }

    @Test
    void shouldNotTakeForTheProgramWhatHasEndedOrBecomesAnotherJustNow() throws IOException {
        thread(11, 11, "12 13 ");
        process(12, "");

        assertThat(hasComeToItsProgram()).isFalse();
    }

    @Test
    void shouldHaveComeToItsProgramWhenARuntimesChildIsCalledOtherwise() throws IOException {
        process(
                11,
                "/bin/sh\0-c\0" + IntentScript.INIT + IntentScript.INITS_END + "\0" + IntentScript.RUNTIMES_INIT
                        + "\0--\0x\0");
        thread(11, 11, "12 ");
        process(12, Files.readString(proc.resolve("11/cmdline")));
        thread(12, 12, "13 ");
        process(13, "mount\0");
        assertThat(hasComeToItsProgram()).isFalse();
        process(12, RUNTIME);
        process(13, "/usr/bin/runc\0init\0");
        assertThat(hasComeToItsProgram()).isFalse();

        process(13, "sleep\0");

        assertThat(hasComeToItsProgram()).isTrue();
    }

    @Test
    void shouldGoOnLookingWhenARuntimesThreadAndItsFirstChildEndMeanwhile() throws IOException {
        process(
                11,
                "/bin/sh\0-c\0" + IntentScript.INIT + IntentScript.INITS_END + "\0" + IntentScript.RUNTIMES_INIT
                        + "\0--\0x\0");
        thread(11, 11, "12 ");
        process(12, RUNTIME);
        Files.createDirectories(proc.resolve("12/task/14"));
        thread(12, 12, "13 15 ");
        process(15, "/usr/bin/runc\0init\0");

        assertThat(hasComeToItsProgram()).isFalse();
        process(15, "sleep\0");
        assertThat(hasComeToItsProgram()).isTrue();
    }

    @Test
    void shouldHaveComeToItsProgramWhereNobodyCanTell() throws IOException {
        Files.delete(proc.resolve("thread-self/children"));

        assertThat(hasComeToItsProgram()).isTrue();
    }
}
