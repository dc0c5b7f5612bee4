package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpellingTest {
    private static final List<String> NAMES =
            List.of("name", "data-dir", "master-port", "agent-port", "framework-return-timeout", "keep-tasks-on-close");

    @ParameterizedTest
    @CsvSource({
        "nmae, name",
        "Name, name",
        "data-dri, data-dir",
        "datadir, data-dir",
        "dataDir, data-dir",
        "data_dir, data-dir",
        "master-prot, master-port",
        "masterPort, master-port",
        "agnet-prt, agent-port",
        "frameworkReturnTimeout, framework-return-timeout",
        "keepTasksOnClose, keep-tasks-on-close"
    })
    void shouldFindWhatWasMeant(String written, String meant) {
        assertThat(Spelling.nearest(written, NAMES)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "nm", "dir", "port", "work-dir", "zookeeper"})
    void shouldFindNothingWhereNothingIsNear(String written) {
        assertThat(Spelling.nearest(written, NAMES)).isEmpty();
    }

    @Test
    void shouldNotCompareWhatIsTooLong() {
        assertThat(Spelling.nearest("x".repeat(1_000_000), NAMES)).isEmpty();
    }
}
