package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HostLogTest {
    private static final long TERM = 3;

    private final VirtualTime time = new VirtualTime();
    private final List<EntryFrame> entries = new ArrayList<>();
    private final List<CompletableFuture<ReadOutcome>> reads = new ArrayList<>();
    private Proposed answer = Proposed.ACCEPTED;
    private final HostLog log = new HostLog(time.loop(), new HostLog.Target() {
        @Override
        public Proposed propose(long term, byte[] entry) {
            assertThat(term).isEqualTo(TERM);
            if (answer == Proposed.ACCEPTED) {
                entries.add(EntryFrame.decode(entry));
            }
            return answer;
        }

        @Override
        public CompletableFuture<ReadOutcome> readIndex(long term) {
            assertThat(term).isEqualTo(TERM);
            reads.add(new CompletableFuture<>());
            return reads.get(reads.size() - 1);
        }

        @Override
        public boolean isFollowed() {
            return true;
        }
    });

    private static byte[] command(int size) {
        return new byte[size];
    }

    @Test
    void shouldPutWhatComesTogetherIntoOneEntryWithTheClustersTime() {
        log.serving(TERM, 5_000);
        time.run(250);
        assertThat(log.propose(TERM, command(1))).isEqualTo(Proposed.ACCEPTED);
        assertThat(log.propose(TERM, command(2))).isEqualTo(Proposed.ACCEPTED);
        time.run(1);
        assertThat(entries).singleElement().satisfies(entry -> {
            assertThat(entry.clusterTimeMs()).isEqualTo(5_250);
            assertThat(entry.commands()).extracting(bytes -> bytes.length).containsExactly(1, 2);
        });
    }

    @Test
    void shouldCutEntriesThatBecomeLarge() {
        log.serving(TERM, 0);
        for (int i = 0; i < 5; i++) {
            assertThat(log.propose(TERM, command(100_000))).isEqualTo(Proposed.ACCEPTED);
        }
        time.run(1);
        assertThat(entries).extracting(entry -> entry.commands().size()).containsExactly(2, 2, 1);
    }

    @Test
    void shouldTakeOneCommandThatIsLargerThanAnEntryIsCut() {
        log.serving(TERM, 0);
        assertThat(log.propose(TERM, command(HostLog.BATCH_BYTES * 2))).isEqualTo(Proposed.ACCEPTED);
        time.run(1);
        assertThat(entries).hasSize(1);
    }

    @Test
    void shouldBeFullWhenTheLogIsAndGoOnWhenItIsNot() {
        log.serving(TERM, 0);
        answer = Proposed.FULL;
        assertThat(log.propose(TERM, command(200_000))).isEqualTo(Proposed.ACCEPTED);
        assertThat(log.propose(TERM, command(200_000))).isEqualTo(Proposed.FULL);
        time.run(100);
        answer = Proposed.ACCEPTED;
        time.run(100);
        assertThat(entries)
                .singleElement()
                .satisfies(entry -> assertThat(entry.commands()).hasSize(1));
    }

    @Test
    void shouldAnswerReadsBehindWhatTheLogHasToldBefore() {
        List<Object> seen = new ArrayList<>();
        log.serving(TERM, 0);
        log.readIndex(TERM, seen::add);
        time.loop().execute(() -> seen.add("told before"));
        reads.get(0).complete(new ReadOutcome.ReadAt(7));
        assertThat(seen).isEmpty();
        time.run(1);
        assertThat(seen).containsExactly("told before", 7L);
        assertThat(entries).isEmpty();
    }

    @Test
    void shouldAskAgainWhenNoMajorityAnswered() {
        List<Long> indexes = new ArrayList<>();
        log.serving(TERM, 0);
        log.readIndex(TERM, indexes::add);
        reads.get(0).complete(new ReadOutcome.NotConfirmed("nobody answers"));
        time.run(10);
        assertThat(reads).hasSize(2);
        reads.get(1).complete(new ReadOutcome.ReadAt(8));
        time.run(1);
        assertThat(indexes).containsExactly(8L);
    }

    @Test
    void shouldDropEverythingWhenTheTermIsLost() {
        List<Long> indexes = new ArrayList<>();
        log.serving(TERM, 0);
        log.propose(TERM, command(1));
        log.readIndex(TERM, indexes::add);
        log.readIndex(TERM, indexes::add);
        log.lost();
        reads.get(0).complete(new ReadOutcome.ReadAt(7));
        reads.get(1).complete(new ReadOutcome.NotConfirmed("the lead was lost"));
        time.run(10);
        assertThat(entries).isEmpty();
        assertThat(log.propose(TERM, command(1))).isEqualTo(Proposed.NOT_LEADER);
        log.readIndex(TERM, indexes::add);
        assertThat(reads).hasSize(2);
        assertThat(indexes).isEmpty();
    }
}
