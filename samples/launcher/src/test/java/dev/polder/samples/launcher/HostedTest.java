package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.ClusterNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostedTest {
    @Test
    void shouldGiveBackWhatAStartThatFailedHadTaken() {
        List<String> done = new ArrayList<>();

        assertThatThrownBy(() -> Hosted.<ClusterNode>start(
                        () -> {
                            done.add("taken");
                            throw new IOException("no room");
                        },
                        () -> done.add("given back")))
                .isInstanceOf(IOException.class)
                .hasMessage("no room");

        assertThat(done).containsExactly("taken", "given back");
    }

    @Test
    void shouldDeleteItsScratchHoweverOftenItIsAsked() throws IOException {
        Scratch scratch = new Scratch("polder-test-");
        scratch.delete();
        scratch.make();
        Path made = scratch.directory();
        Files.writeString(Files.createDirectory(made.resolve("below")).resolve("file"), "text");

        scratch.delete();
        scratch.delete();

        assertThat(made).doesNotExist();
    }
}
