package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.LossyDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TermStoreTest {
    private static final List<String> MEMBERS = List.of("m1", "märz", "m3");

    private static final List<Operation> STEPS =
            List.of(Operation.CREATE, Operation.WRITE, Operation.FORCE, Operation.RENAME, Operation.SYNC);

    private LossyDisk disk = new LossyDisk();

    @Test
    void shouldRememberTermVoteMembersAndCommittedIndex() throws Exception {
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        store.enter(7);
        store.raiseCommitted(42);
        store.voteIn(store.term(), "märz");

        TermStore again = TermStore.open(disk, "m1");
        assertThat(again.term()).isEqualTo(7);
        assertThat(again.vote()).isEqualTo("märz");
        assertThat(again.members()).isEqualTo(MEMBERS);
        assertThat(again.self()).isEqualTo("m1");
        assertThat(again.committedIndex()).isEqualTo(42);
    }

    @Test
    void shouldForgetTheVoteOnlyInAHigherTerm() throws Exception {
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        store.enter(7);
        store.voteIn(store.term(), "m1");

        store.enter(7);
        store.enter(6);
        assertThat(TermStore.open(disk, "m1").vote()).isEqualTo("m1");
        assertThat(TermStore.open(disk, "m1").term()).isEqualTo(7);

        store.enter(8);
        assertThat(TermStore.open(disk, "m1").vote()).isNull();
    }

    @Test
    void shouldEnterATermWithAVoteInOneWrite() throws Exception {
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        int syncs = disk.count(Operation.SYNC);
        store.voteIn(3, "m1");

        assertThat(disk.count(Operation.SYNC) - syncs).isEqualTo(1);
        assertThat(TermStore.open(disk, "m1").term()).isEqualTo(3);
        assertThat(TermStore.open(disk, "m1").vote()).isEqualTo("m1");
        assertThatThrownBy(() -> store.voteIn(3, "m3"))
                .hasMessage("the vote of term 3 is given, in term 3 to m1; m3 cannot have it");
    }

    @Test
    void shouldRefuseASecondVoteInATerm() throws Exception {
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        store.enter(7);
        store.voteIn(store.term(), "m1");
        store.voteIn(store.term(), "m1");

        assertThatThrownBy(() -> store.voteIn(store.term(), "m3"))
                .hasMessage("the vote of term 7 is given, in term 7 to m1; m3 cannot have it");
        assertThat(TermStore.open(disk, "m1").vote()).isEqualTo("m1");
    }

    @Test
    void shouldBeDurableWhenACallReturnsAndWholeWhenItDoesNot() throws Exception {
        Random random = new Random(3);
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        for (long term = 1; term <= 200; term++) {
            store.enter(term);
            if (random.nextBoolean()) {
                store.voteIn(store.term(), "m3");
            }
            String vote = store.vote();
            if (random.nextBoolean()) {
                disk.failAt(STEPS.get(random.nextInt(STEPS.size())), 1);
                try {
                    store.enter(term + 1);
                } catch (RuntimeException e) {
                    assertThat(e).hasMessageContaining("term file lossy/term failed");
                }
            }

            disk = disk.losePower(random);
            store = TermStore.open(disk, "m1");
            assertThat(store.term()).isBetween(term, term + 1);
            if (store.term() == term) {
                assertThat(store.vote()).isEqualTo(vote);
            }
            term = store.term();
        }
    }

    @Test
    void shouldRefuseEveryFlippedBit() throws Exception {
        TermStore store = TermStore.create(disk, "m1", MEMBERS);
        store.enter(77);
        store.voteIn(store.term(), "m1");
        byte[] good = disk.read(TermStore.FILE);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            disk.replace(TermStore.FILE, bad);

            assertThatThrownBy(() -> TermStore.open(disk, "m1"))
                    .as("bit %d", bit)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("term file lossy/term: ")
                    .hasMessageEndingWith("so it does not start");
        }
    }

    @Test
    void shouldRefuseEveryOtherLength() throws Exception {
        TermStore.create(disk, "m1", MEMBERS).enter(77);
        byte[] good = disk.read(TermStore.FILE);
        for (int size = 0; size < good.length + 3; size++) {
            if (size != good.length) {
                disk.replace(TermStore.FILE, Arrays.copyOf(good, size));
                assertThatThrownBy(() -> TermStore.open(disk, "m1")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void shouldRefuseWhatANewerVersionWrote() throws Exception {
        TermStore.create(disk, "m1", MEMBERS);
        byte[] file = disk.read(TermStore.FILE);
        ByteBuffer.wrap(file).putInt(8, 3);
        disk.replace(TermStore.FILE, file);

        assertThatThrownBy(() -> TermStore.open(disk, "m1"))
                .hasMessageContaining("format version is 3, this software knows up to 2");
    }
}
