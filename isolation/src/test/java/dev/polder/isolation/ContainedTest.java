package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.cgroup.CgroupIsolator;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.cgroup.GroupLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers with limits and namespaces, on the kernel that runs the tests. Needs root and control groups. */
@Tag("slow")
class ContainedTest {
    private static final long MIB = 1 << 20;
    /** Needs memory for all that it reads at once. */
    private static final String LARGE = "dd if=/dev/zero of=/dev/null bs=100M count=1";

    private static final Set<Controller> WANTED =
            EnumSet.of(Controller.CPUACCT, Controller.CPU, Controller.MEMORY, Controller.PIDS);
    private static final Set<Namespace> NAMESPACES = EnumSet.of(Namespace.PID, Namespace.IPC, Namespace.UTS);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int READINGS = 1_000;
    private static final long BYTES_A_READING_MAX = 20_000;
    private static final long NANOS_A_READING_MAX = 1_000_000;

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Cgroups cgroups;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        containerizer = start(NAMESPACES);
    }

    private Containerizer start(Set<Namespace> namespaces) throws IOException {
        String name = "contained-" + ProcessHandle.current().pid();
        cgroups = Cgroups.discover(CgroupSettings.of(name).withWanted(WANTED));
        for (Controller each : WANTED) {
            assumeTrue(cgroups.has(each), () -> "no control groups here: " + cgroups.abilities());
        }
        List<Isolator> isolators = new ArrayList<>();
        isolators.add(new CgroupIsolator(cgroups));
        namespaces.forEach(each -> isolators.add(new NamespaceIsolator(each)));
        Containerizer opened =
                Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, isolators, heard));
        opened.start();
        return opened;
    }

    private void startAgain(Set<Namespace> namespaces) throws IOException {
        containerizer.close();
        heard = new RecordingContainers();
        containerizer = start(namespaces);
    }

    @AfterEach
    void leavesNoGroup() throws IOException {
        if (containerizer == null) {
            return; // skipped
        }
        containerizer.killAll(Duration.ZERO);
        Cgroups used = cgroups;
        Awaitility.await().untilAsserted(() -> assertThat(used.containers()).isEmpty());
        containerizer.close();
        assertThat(used.removeRoots()).isEmpty();
    }

    private static ContainerLimits limits(long memoryMiB, long processes) {
        return new ContainerLimits(
                500, OptionalLong.empty(), MIB, OptionalLong.of(memoryMiB * MIB), OptionalLong.of(processes));
    }

    private ContainerSpec launch(ContainerLimits limits, String command) {
        ContainerSpec spec = ContainerSpec.of(host.shell(command), limits);
        containerizer.launch(spec);
        return spec;
    }

    @Test
    void shouldRunInGroupsAndNamespaces() throws IOException {
        ContainerSpec spec = launch(limits(64, 20), "echo $PPID; cat /proc/self/cgroup");

        assertThat(heard.awaitEnd(spec.id()).end()).isEqualTo(new Exited(new ExitStatus.Exited(0)));
        assertThat(host.stdout(spec.id()))
                .startsWith("1\n")
                .contains("memory")
                .contains(spec.id().toString());
    }

    @Test
    void shouldSayThatATaskHadTooLittleMemory() {
        ContainerSpec spec = launch(limits(32, 20), "exec " + LARGE);

        Ended ended = heard.awaitEnd(spec.id());

        assertThat(ended.end()).isEqualTo(new Exited(new ExitStatus.Signaled(9)));
        assertThat(ended.limitation()).hasValueSatisfying(limitation -> {
            assertThat(limitation.kind()).isEqualTo(Limitation.Kind.MEMORY);
            assertThat(limitation.message()).startsWith("Memory limit exceeded: Requested: 32MB Maximum Used: 32MB");
        });
    }

    @Test
    void shouldTellWhatAContainerUses() {
        ContainerLimits limits =
                new ContainerLimits(500, OptionalLong.of(1_000), MIB, OptionalLong.of(64 * MIB), OptionalLong.of(20));
        ContainerSpec spec = launch(limits, "x=$(head -c 8M /dev/zero | tr '\\0' x); echo ready; sleep 1000; exit");
        Awaitility.await().atMost(PATIENCE).until(() -> host.stdout(spec.id()).equals("ready\n"));

        ContainerUsage usage = containerizer.usage(List.of(spec.id())).get(spec.id());

        ContainerUsage.CpuTime time = usage.cpuTime().orElseThrow();
        assertThat(time.userNanos() + time.systemNanos()).isPositive();
        assertThat(usage.throttling()).isPresent();
        ContainerUsage.Memory memory = usage.memory().orElseThrow();
        assertThat(memory.rssBytes()).isBetween(8 * MIB, 64 * MIB);
        assertThat(memory.counted().orElseThrow().totalBytes()).isBetween(memory.rssBytes(), 64 * MIB);
        assertThat(usage.threads().orElseThrow()).isBetween(2L, 20L);
    }

    /** A thousand containers each second are to cost less than one processor, and make little garbage. */
    @Test
    void shouldReadUsageCheaply() {
        ContainerSpec spec = launch(limits(64, 20), "exec sleep 1000");
        heard.awaitStart(spec.id());
        List<ContainerId> same = Collections.nCopies(READINGS, spec.id());
        containerizer.usage(same);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long own = Thread.currentThread().getId();
        long bytes = threads.getThreadAllocatedBytes(own);
        long nanos = threads.getCurrentThreadCpuTime();

        containerizer.usage(same);

        bytes = threads.getThreadAllocatedBytes(own) - bytes;
        nanos = threads.getCurrentThreadCpuTime() - nanos;
        assertThat(bytes / READINGS).isLessThan(BYTES_A_READING_MAX);
        assertThat(nanos / READINGS).isLessThan(NANOS_A_READING_MAX);
    }

    /** One of its processes is killed by the kernel; the others would go on as if nothing was. */
    @Test
    void shouldEndAContainerOfWhichOneProcessHadTooLittleMemory() {
        ContainerSpec spec = launch(limits(32, 20), LARGE + "; exec sleep 1000");

        Ended ended = heard.awaitEnd(spec.id());

        assertThat(ended.limitation()).map(Limitation::kind).contains(Limitation.Kind.MEMORY);
        assertThat(ended.end()).isIn(new Exited(new ExitStatus.Signaled(15)), new Exited(new ExitStatus.Signaled(9)));
    }

    @Test
    void shouldStopAForkBomb() throws IOException {
        ContainerSpec spec = launch(limits(64, 12), "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; wait");

        assertThat(heard.awaitEnd(spec.id()).end()).isEqualTo(new Exited(new ExitStatus.Exited(2)));
        assertThat(host.stderr(spec.id())).contains("fork");
    }

    /** Without a namespace of processes it is the control group that nothing escapes. */
    @Test
    void shouldLeaveNothingOfWhatHasLeftItsProcessGroup() throws IOException {
        startAgain(Set.of());
        ContainerSpec spec = launch(limits(64, 20), "env -i setsid sleep 1000.75 & sleep 0.2");

        assertThat(heard.awaitEnd(spec.id()))
                .extracting(Ended::end, ended -> ended.remains().isEmpty())
                .containsExactly(new Exited(new ExitStatus.Exited(0)), true);
        assertThat(ProcessHandle.allProcesses()
                        .filter(each -> List.of(each.info().arguments().orElse(new String[0]))
                                .contains("1000.75")))
                .isEmpty();
    }

    @Test
    void shouldChangeLimitsWhileItRuns() throws IOException {
        ContainerSpec spec = launch(limits(64, 20), "while [ ! -e go ]; do sleep 0.01; done; exec " + LARGE);
        heard.awaitStart(spec.id());

        containerizer.update(spec.id(), limits(512, 20)).join();
        Files.createFile(host.sandbox(spec.id()).resolve("go"));

        Ended ended = heard.awaitEnd(spec.id());
        assertThat(ended.end()).isEqualTo(new Exited(new ExitStatus.Exited(0)));
        assertThat(ended.limitation()).isEmpty();
    }

    @Test
    void shouldRefuseALimitBelowWhatIsUsed() {
        ContainerSpec spec = launch(limits(256, 20), "dd if=/dev/zero bs=100M count=1 | sleep 1000");
        heard.awaitStart(spec.id());
        Awaitility.await()
                .until(() -> cgroups.usageReader()
                                .read(cgroups.group(spec.id()))
                                .memory()
                                .totalBytes()
                        > 100 * MIB);

        assertThatThrownBy(() -> containerizer.update(spec.id(), limits(32, 20)).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("bytes are in use");

        containerizer.kill(spec.id(), Duration.ZERO);
        assertThat(heard.awaitEnd(spec.id()).limitation()).isEmpty();
    }

    @Test
    void shouldRemoveGroupsThatBelongToNobody() throws IOException {
        ContainerSpec kept = launch(limits(64, 20), "exec sleep 1000");
        heard.awaitStart(kept.id());
        ContainerId orphan = TestHost.newId();
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "for f; do echo 0 >\"$f\"; done; exec sleep 1000", "sh"));
        cgroups.create(orphan, GroupLimits.none()).joinFiles().forEach(file -> command.add(file.toString()));
        Process left = new ProcessBuilder(command).start();
        Awaitility.await().until(() -> cgroups.group(orphan).processes().contains(left.pid()));

        startAgain(NAMESPACES);

        assertThat(cgroups.containers()).containsExactly(kept.id());
        Awaitility.await().until(() -> !left.isAlive());
    }
}
