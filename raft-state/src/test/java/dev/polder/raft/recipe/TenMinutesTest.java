package dev.polder.raft.recipe;

import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first ten minutes on a real log of one member, in its process. */
@Tag("slow")
@Timeout(60)
class TenMinutesTest {
    @TempDir
    private Path directory;

    private RaftConfig config() {
        return new RaftConfig(
                "m1", directory, "first", Duration.ofMillis(500), Duration.ofMillis(75), 8 << 20, RaftPeers.NONE);
    }

    @Test
    void shouldReadLikeThis() throws Exception {
        try (RecipeHost host = RecipeHost.start(config());
                Recipes recipes = host.open(Duration.ofSeconds(5)).get()) {
            FirstTenMinutes.with(recipes);
        }
    }
}
