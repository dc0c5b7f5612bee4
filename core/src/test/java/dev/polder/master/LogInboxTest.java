package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.CommittedEntry;
import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log tells, on its way to the master's thread. */
class LogInboxTest {
    private int woken;
    private final LogInbox inbox = new LogInbox(() -> woken++);

    private void commit(long index, int commandBytes) {
        byte[] entry = new Entry(index, List.of(), List.of(new byte[commandBytes])).encode();
        inbox.onCommitted(new CommittedEntry(index, 1, 0, entry));
    }

    private List<LogInbox.Event> drain() {
        List<LogInbox.Event> events = new ArrayList<>();
        inbox.drainTo(events);
        return events;
    }

    @Test
    void shouldHaveNoRoomForMoreThanSoManyEntriesUntilTheyAreTaken() {
        for (int i = 1; i <= LogInbox.ENTRIES_MAX; i++) {
            assertThat(inbox.hasRoom()).as("before entry %d", i).isTrue();
            commit(i, 0);
        }
        assertThat(inbox.hasRoom()).isFalse();

        assertThat(drain()).hasSize(LogInbox.ENTRIES_MAX);
        assertThat(inbox.hasRoom()).isTrue();
    }

    @Test
    void shouldHaveNoRoomForMoreThanSoManyBytesUntilTheyAreTaken() {
        int large = 1 << 19;
        int fit = (int) (LogInbox.BYTES_MAX / large);
        for (int i = 1; i <= fit; i++) {
            assertThat(inbox.hasRoom()).as("before entry %d", i).isTrue();
            commit(i, large);
        }
        assertThat(inbox.hasRoom()).isFalse();

        assertThat(drain()).hasSize(fit);
        assertThat(inbox.hasRoom()).isTrue();
    }

    @Test
    void shouldTakeWhatIsNoEntryAlsoWithoutRoomAndKeepItsOrder() {
        for (int i = 1; i <= LogInbox.ENTRIES_MAX; i++) {
            commit(i, 0);
        }
        inbox.onSnapshotWanted();
        inbox.onLost(3);

        List<LogInbox.Event> events = drain();
        assertThat(events.subList(LogInbox.ENTRIES_MAX, events.size()))
                .containsExactly(new LogInbox.Event.SnapshotWanted(), new LogInbox.Event.Lost(3));
        assertThat(woken).isEqualTo(LogInbox.ENTRIES_MAX + 2);
        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    void shouldHaveNoRoomWhenNobodyTakesAnythingOutAnyMore() {
        inbox.close();

        assertThat(inbox.hasRoom()).isFalse();
    }
}
