package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.wire.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a leader remembers entries. */
class CommittedHistoryTest {
    private final MasterView nothing = new Master(MasterConfig.DEFAULT).committedView(0);
    private final CommittedHistory history = new CommittedHistory(nothing);

    private void add(long from, long to) {
        for (long index = from; index <= to; index++) {
            history.add(index, new Entry(index, List.of()));
        }
    }

    @Test
    void shouldWantANewerBaseOnceAndAgainWhenItHasGrownAgain() {
        add(1, CommittedHistory.ENTRIES_MAX - 1);
        assertThat(history.isLong()).isFalse();
        add(CommittedHistory.ENTRIES_MAX, CommittedHistory.ENTRIES_MAX);
        assertThat(history.isLong()).isTrue();

        history.expectBase();
        assertThat(history.isLong()).as("one is on its way").isFalse();

        history.rebase(nothing.at(CommittedHistory.ENTRIES_MAX));
        assertThat(history.isLong()).isFalse();
        add(CommittedHistory.ENTRIES_MAX + 1, 2L * CommittedHistory.ENTRIES_MAX);
        assertThat(history.isLong()).isTrue();
    }
}
