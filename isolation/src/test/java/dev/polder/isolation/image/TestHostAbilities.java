package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** What this host can do, tried, and whether a test has left something on it. */
final class TestHostAbilities {
    private TestHostAbilities() {}

    static boolean isRoot(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:uid").equals(0);
    }

    static void assumeRoot(Path directory) throws IOException {
        assumeTrue(isRoot(directory), "only root makes devices and gives files away");
    }

    static void assumeOverlay(Path directory) throws IOException {
        String refusal = OverlayMount.tryOut(directory.resolve("trial-" + UUID.randomUUID()));
        assumeTrue(refusal.isEmpty(), "no overlay on this host: " + refusal);
    }

    static void assertNothingIsMounted(Path below) throws IOException {
        assertThat(MountTable.below(below.toRealPath())).isEqualTo(List.of());
    }
}
