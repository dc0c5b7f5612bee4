package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.cgroup.TestGroups.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same without version 2: as on hosts that do not mount it. */
@Tag("slow")
class V1KernelTest extends KernelTest {
    @Override
    View view() {
        return View.V1;
    }

    @Override
    @BeforeEach
    void open() throws IOException {
        assumeTrue(
                Files.readString(Path.of("/proc/self/mountinfo")).contains(" - cgroup "),
                "this host has no control groups of version 1");
        super.open();
    }

    @Test
    void shouldSeeNothingOfVersion2() {
        assertThat(groups.cgroups().abilities()).noneMatch(row -> row.detail().startsWith("v2"));
    }
}
