package dev.polder.raft;

import static dev.polder.raft.Members.bytes;
import static dev.polder.raft.Members.texts;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedLogTest {
    @TempDir
    Path directory;

    @Test
    void shouldCommitWhatIsProposedAndHandItOutAgainAfterARestart() throws Exception {
        RunningLog first = RunningLog.start(directory);
        first.commit(bytes("a"));
        first.commit(bytes("b"));
        first.close();
        assertThat(first.listener().calls())
                .containsExactly("serving 1", "committed 2", "committed 3", "lost 1", "stopped ");

        RunningLog second = RunningLog.start(directory);
        second.awaitServing();
        second.close();
        assertThat(second.listener().calls())
                .containsExactly("committed 2", "committed 3", "serving 2", "lost 2", "stopped ");
        assertThat(texts(second.listener().committed())).containsExactly("a", "b");
    }
}
