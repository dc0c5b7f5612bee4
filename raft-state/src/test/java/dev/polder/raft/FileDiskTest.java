package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {
    @Test
    void shouldKnowTheRoomOnARealDisk(@TempDir Path directory) throws Exception {
        assertThat(FileDisk.open(directory.resolve("raft")).freeBytes())
                .isBetween(1L, directory.toFile().getTotalSpace());
    }
}
