package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SandboxPathTest {
    private static final Path ROOT = Path.of("/data/sandboxes");
    private static final List<String> RUN = List.of("slaves", "S1", "frameworks", "F", "executors", "t1", "runs", "r1");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/data/sandboxes/slaves/S1/frameworks/F/executors/t1/runs/r1",
                "/data/sandboxes/slaves/S1/frameworks/F/executors/t1/runs/r1/",
                "//data/./sandboxes///slaves/S1/frameworks/F/executors/t1/runs/r1/.",
                "/frameworks/F/executors/t1/runs/r1",
                "/frameworks/F//executors/./t1/runs/r1/"
            })
    void shouldTakeTheSandboxByItsPathOnTheHostAndByThatOfTheAgent(String text) {
        SandboxPath path = SandboxPath.parse(ROOT, "S1", text);

        assertThat(path).isEqualTo(new SandboxPath(RUN, List.of()));
    }

    @Test
    void shouldTellWhatIsInTheSandbox() {
        SandboxPath path = SandboxPath.parse(ROOT, "S1", "/frameworks/F/executors/t1/runs/latest/a//b\\..%2e%2e/..c");

        assertThat(path.run()).isEqualTo("latest");
        assertThat(path.names()).containsExactly("a", "b\\..%2e%2e", "..c");
        assertThat(path.goesUp()).isFalse();
    }

    @Test
    void shouldTellThatAPathGoesUp() {
        assertThat(SandboxPath.parse(ROOT, "S1", "/frameworks/F/executors/t1/runs/r1/a/../b")
                        .goesUp())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "frameworks/F/executors/t1/runs/r1",
                "/etc/passwd",
                "/data/raft/log",
                "/data/sandboxes",
                "/data/sandboxes/slaves/S1/frameworks/F/executors/t1/runs",
                "/data/sandboxes/slaves/S1/frameworks/F/executors/t1/other/r1",
                "/data/sandboxes/slaves/S1/frameworks/F/executors/../runs/r1",
                "/data/sandboxes/slaves/../frameworks/F/executors/t1/runs/r1",
                "/data/sandboxes/slaves/S1/frameworks/F/executors/t1/runs/..",
                "/data/sandboxes/../raft/slaves/S1/frameworks/F/executors/t1/runs/r1",
                "/data/raft/../sandboxes/slaves/S1/frameworks/F/executors/t1/runs/r1",
                "/data/sandboxes\0/slaves/S1/frameworks/F/executors/t1/runs/r1",
                "/frameworks/F/executors/t1/runs/r1/stdout\0.txt",
                "/frameworks/../../raft/executors/t1/runs/r1",
                "/%2e%2e/frameworks/F/executors/t1/runs/r1",
                "/frameworks/F/executors/t1/runs",
                "\\frameworks\\F\\executors\\t1\\runs\\r1"
            })
    void shouldTakeNothingElse(String text) {
        assertThat(SandboxPath.parse(ROOT, "S1", text)).isNull();
    }

    @Test
    void shouldKnowNoPathOfItsOwnBeforeTheAgentHasAnId() {
        assertThat(SandboxPath.parse(ROOT, "", "/frameworks/F/executors/t1/runs/r1"))
                .isNull();
        assertThat(SandboxPath.parse(ROOT, "", ROOT + "/" + String.join("/", RUN)))
                .isNotNull();
    }
}
