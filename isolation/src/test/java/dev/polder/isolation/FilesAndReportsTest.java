package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerDirectory.Fence;
import dev.polder.isolation.ContainerDirectory.TaskProcess;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.Reports.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the shim writes, as the launcher reads it. */
class FilesAndReportsTest {
    private static final ContainerId A = ContainerId.parse("00000000-0000-0000-0000-00000000000a");

    @TempDir
    Path base;

    @Test
    void shouldReadTheStory() throws IOException {
        ContainerDirectory files = new ContainerDirectory(base.resolve("c"));
        files.create(new byte[0], true);
        assertThat(files.read()).isEqualTo(new ContainerDirectory.Story(Fence.OPEN, Fence.OPEN, null, null));
        assertThat(files.path().resolve("hold")).exists();

        Files.createFile(files.path().resolve("started"));
        Files.writeString(files.path().resolve("pid"), "12\n34 11 boot\n");
        Files.writeString(files.path().resolve("exit"), "signaled 9\n");

        assertThat(files.read())
                .isEqualTo(new ContainerDirectory.Story(
                        Fence.SHIM, Fence.SHIM, new TaskProcess(12, 34, 11, "boot"), new Signaled(9)));
        files.delete();
        assertThat(files.path()).doesNotExist();
        files.delete();
    }

    @Test
    void shouldLetTheFirstAtAFenceDecide() throws IOException {
        ContainerDirectory files = new ContainerDirectory(base.resolve("c"));
        files.create(new byte[0], false);

        assertThat(files.cancelStart()).isTrue();
        assertThat(files.cancelStart()).as("again").isTrue();
        Files.writeString(files.path().resolve("pid"), "12\n34 11 boot\n");
        assertThat(files.cancelProgram()).isFalse();

        assertThat(files.read().started()).isEqualTo(Fence.CANCELLED);
        assertThat(files.read().pid()).isEqualTo(Fence.SHIM);
    }

    @Test
    void shouldReadOnlyWhatIsComplete() {
        String pid = "12\n34 11 boot\n";
        for (int length = 0; length < pid.length(); length++) {
            assertThat(ContainerDirectory.parsePid(pid.substring(0, length))).isNull();
        }
        String exit = "exited 137\n";
        for (int length = 0; length < exit.length(); length++) {
            assertThat(ContainerDirectory.parseExit(exit.substring(0, length))).isNull();
        }
        assertThat(ContainerDirectory.parseExit(exit)).isEqualTo(new Exited(137));
        assertThat(ContainerDirectory.parseExit("exited 256\n")).isNull();
        assertThat(ContainerDirectory.parseExit("signaled 0\n")).isNull();
        assertThat(ContainerDirectory.parseExit("\0\0\0\0\n")).isNull();
    }

    @Test
    void shouldNeverTakeAsATaskWhatMeansMoreThanOneGroup() {
        for (String number : new String[] {"1", "0", "-1", "-12", "", "x"}) {
            assertThat(ContainerDirectory.parsePid(number + "\n34 11 boot\n"))
                    .as(number)
                    .isNull();
            assertThat(Reports.parse("+ " + A + " " + number + " 34 11 boot"))
                    .as(number)
                    .isNull();
        }
    }

    @Test
    void shouldReadReports() {
        assertThat(Reports.parse("+ " + A + " 12 34 11 boot"))
                .isEqualTo(new Report.Started(A, new TaskProcess(12, 34, 11, "boot")));
        assertThat(Reports.parse("- " + A + " exited 3")).isEqualTo(new Report.Ended(A, new Exited(3), ShimLines.NONE));
        assertThat(Reports.parse("- " + A + " signaled 15 6")).isEqualTo(new Report.Ended(A, new Signaled(15), 6));
        assertThat(Reports.parse("? 6")).isEqualTo(new Report.Waits(6));
        assertThat(Reports.parse("! " + A)).isEqualTo(new Report.NotForked(A));
        assertThat(Reports.parse("= " + A + " before-pid")).isEqualTo(new Report.Held(A, "before-pid"));
        assertThat(Reports.parse("000a exited 3")).isNull();
        assertThat(Reports.parse("")).isNull();
    }

    @Test
    void shouldFindTheStartTickBehindAnyName() {
        String fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";

        assertThat(HostProcesses.parseStat("12 (a) b\n(c)" + fields + "\n"))
                .isEqualTo(new HostProcesses.Stat('S', 4711));
        assertThat(HostProcesses.parseStat("12 (a) S 1 2")).isNull();
        assertThat(HostProcesses.parseStat("")).isNull();
    }
}
