package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TaskLauncherTest {
    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private TestHost host;
    private TaskLauncher launcher;

    @BeforeEach
    void open() throws Exception {
        host = new TestHost(base);
        launcher = TaskLauncher.open(host.containers, "n1", false, heard);
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.close();
    }

    private ExitStatus run(TaskSpec spec) {
        launcher.launch(spec);
        return heard.awaitExit(spec.id());
    }

    @Test
    void shouldTellStartAndEnd() {
        TaskSpec spec = host.shell("exit 3");

        assertThat(run(spec)).isEqualTo(new Exited(3));

        assertThat(heard.story(spec.id())).hasSize(2);
        heard.checkStories();
    }

    @Test
    void shouldTellSignalsFromCodesThatLookLikeThem() {
        assertThat(run(host.shell("kill -9 $$"))).isEqualTo(new Signaled(9));
        assertThat(run(host.shell("kill -15 $$"))).isEqualTo(new Signaled(15));
        assertThat(run(host.shell("exit 137"))).isEqualTo(new Exited(137));
        assertThat(run(host.shell("exit 143"))).isEqualTo(new Exited(143));
    }

    @Test
    void shouldEndWithOneIfThereIsNoSuchProgram() throws Exception {
        TaskSpec spec = host.spec("/no/such/prog", List.of("prog", "a"), Map.of());

        assertThat(run(spec)).isEqualTo(new Exited(1));

        assertThat(host.stderr(spec.id())).contains("/no/such/prog");
        assertThat(run(host.spec("nosuchprog", List.of("nosuchprog"), Map.of())))
                .isEqualTo(new Exited(1));
        assertThat(run(host.shell("nosuchcommand-xyz"))).isEqualTo(new Exited(127));
    }
}
