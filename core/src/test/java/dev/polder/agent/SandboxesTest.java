package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SandboxesTest {
    @TempDir
    private Path root;

    private TaskSpec spec(Path runs) {
        ContainerId id = new ContainerId(UUID.randomUUID());
        return new TaskSpec(id, "true", List.of("true"), Map.of(), runs.resolve(id.toString()), null);
    }

    /** Empty directories above sandboxes are deleted, perhaps at the very moment that one is made there. */
    @Test
    void shouldTryAgainWhereADirectoryAboveGoes() throws Exception {
        Sandboxes sandboxes = new Sandboxes(root);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong deleted = new AtomicLong();
        Path runs = root.resolve("executors/t/runs");
        Thread deleting = new Thread(() -> {
            while (!over.get()) {
                for (Path directory = runs; !directory.equals(root); directory = directory.getParent()) {
                    if (deletes(directory)) {
                        deleted.incrementAndGet();
                    }
                }
            }
        });
        deleting.start();
        try {
            for (int i = 0; i < 300; i++) {
                TaskSpec spec = spec(runs);
                assertThat(sandboxes.create(spec)).isEmpty();
                assertThat(spec.sandbox()).isDirectory();
                Files.delete(runs.resolve("latest"));
                Files.delete(spec.sandbox());
            }
        } finally {
            over.set(true);
            deleting.join();
        }
        assertThat(deleted.get()).isPositive();
    }

    private static boolean deletes(Path directory) {
        try {
            Files.delete(directory);
            return true;
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldSayWhyThereIsNone() throws IOException {
        Path runs = root.resolve("file");
        Files.createFile(runs);

        assertThat(new Sandboxes(root).create(spec(runs)))
                .hasValueSatisfying(why -> assertThat(why).startsWith("Failed to create executor directory '" + runs));
        assertThatThrownBy(() -> new Sandboxes(root.resolve("other")).create(spec(runs)))
                .hasMessageContaining("is not below");
    }
}
