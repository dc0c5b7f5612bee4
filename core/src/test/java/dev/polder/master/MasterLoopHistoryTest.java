package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.offer.resource.Resources;
import dev.polder.raft.history.History;
import dev.polder.raft.history.HistoryLimits;
import dev.polder.wire.proto.Mesos;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How records come from the heap to a history that takes its time. */
@Timeout(60)
class MasterLoopHistoryTest {
    private static final HistoryLimits LIMITS = new HistoryLimits(10, 1_000, 10_000);

    private final CountDownLatch mayOpen = new CountDownLatch(1);
    private final SlowHistory slow = new SlowHistory();
    private final MasterLoopHistory records = new MasterLoopHistory("test", () -> {
        uninterruptibly(mayOpen);
        return slow;
    });

    @AfterEach
    void close() {
        mayOpen.countDown();
        slow.mayPut.release(1_000);
        records.close();
    }

    @Test
    void shouldFindARecordBeforeItIsWrittenAndAfter() {
        records.begin();
        records.keep(1, task("t1"));
        assertThat(records.find(1)).isEqualTo(task("t1"));
        assertThat(records.waiting()).isEqualTo(1);

        mayOpen.countDown();
        slow.mayPut.release();
        await().until(() -> records.waiting() == 0);

        assertThat(records.records()).isEqualTo(1);
        assertThat(records.find(1)).isEqualTo(task("t1"));
        assertThat(records.find(2)).isNull();
    }

    @Test
    void shouldOpenNothingBeforeThereIsSomethingToKeep() throws InterruptedException {
        mayOpen.countDown();
        records.begin();
        records.forget(1);

        assertThat(slow.opened.getCount()).isEqualTo(1);
        records.keep(1, task("t1"));
        slow.opened.await();
    }

    @Test
    void shouldRemoveFromTheHistoryWhatIsNotKeptWhenItIsOpened() {
        slow.heap.put(1, MasterSnapshot.message(task("t1")).toByteArray());
        slow.heap.put(2, MasterSnapshot.message(task("old")).toByteArray());
        slow.heap.put(3, MasterSnapshot.message(task("t3")).toByteArray());
        records.begin();
        records.keep(2, task("new"));
        assertThat(records.find(3)).as("what the state never told").isNull();

        mayOpen.countDown();
        slow.mayPut.release();
        await().until(() -> records.waiting() == 0);

        assertThat(slow.numbers()).containsExactly(2);
        assertThat(records.find(2)).isEqualTo(task("new"));
    }

    @Test
    void shouldHoldNoMoreThanIsKeptHoweverLongTheHistoryTakesToOpen() {
        records.begin();
        for (long sequence = 0; sequence < 10_000; sequence++) {
            records.keep(sequence, task("t"));
            records.forget(sequence - 5);
        }

        assertThat(records.waiting()).isEqualTo(5);
    }

    @Test
    void shouldForgetWhatIsJustBeingWritten() {
        mayOpen.countDown();
        records.begin();
        records.keep(1, task("t1"));
        await().until(() -> slow.mayPut.hasQueuedThreads());

        records.forget(1);
        assertThat(records.find(1)).isNull();
        slow.mayPut.release();
        await().until(() -> records.waiting() == 0);

        assertThat(slow.numbers()).isEmpty();
        assertThat(records.find(1)).isNull();
    }

    @Test
    void shouldTakeTheLaterOfTwoRecordsAlsoWhileTheFirstIsWritten() {
        mayOpen.countDown();
        records.begin();
        records.keep(1, task("first"));
        await().until(() -> slow.mayPut.hasQueuedThreads());

        records.keep(1, task("second"));
        slow.mayPut.release(2);
        await().until(() -> records.waiting() == 0);

        assertThat(records.find(1)).isEqualTo(task("second"));
    }

    @Test
    void shouldForgetAllOfItWhereverItIs() {
        mayOpen.countDown();
        slow.mayPut.release(2);
        records.begin();
        records.keep(1, task("t1"));
        records.keep(2, task("t2"));
        await().until(() -> records.waiting() == 0);
        records.keep(3, task("t3"));
        records.keep(4, task("t4"));
        await().until(() -> slow.mayPut.hasQueuedThreads());

        records.clear();
        records.keep(4, task("new"));
        for (long sequence = 1; sequence <= 3; sequence++) {
            assertThat(records.find(sequence)).isNull();
        }
        slow.mayPut.release(2);
        await().until(() -> records.waiting() == 0);

        assertThat(slow.numbers()).containsExactly(4);
        assertThat(records.find(4)).isEqualTo(task("new"));
    }

    @Test
    void shouldGoOnInTheHeapWhenTheHistoryFails() {
        mayOpen.countDown();
        slow.fails = true;
        records.begin();
        records.keep(1, task("t1"));
        await().until(() -> slow.closed.getCount() == 0);
        records.keep(2, task("t2"));

        assertThat(records.find(1)).isEqualTo(task("t1"));
        assertThat(records.find(2)).isEqualTo(task("t2"));
        records.forget(1);
        assertThat(records.find(1)).isNull();
    }

    @Test
    void shouldCloseTheHistoryAndRefuseWhoAsksThen() {
        mayOpen.countDown();
        slow.mayPut.release();
        records.begin();
        records.keep(1, task("t1"));
        await().until(() -> records.waiting() == 0);

        records.close();
        records.close();

        assertThat(slow.closed.getCount()).isZero();
        assertThatThrownBy(() -> records.find(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the history of node test is closed");
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static TaskRecord task(String id) {
        return new TaskRecord(
                new FrameworkId("f"),
                new TaskId(id),
                new AgentId("a"),
                Mesos.TaskInfo.newBuilder()
                        .setName("task")
                        .setTaskId(Mesos.TaskID.newBuilder().setValue(id))
                        .setAgentId(Mesos.AgentID.newBuilder().setValue("a"))
                        .build(),
                "r",
                Resources.EMPTY,
                TaskState.TASK_FINISHED,
                List.of(),
                null);
    }

    /** Puts a record when it is allowed to. */
    private static final class SlowHistory implements History {
        final History heap = History.inHeap(LIMITS, "test", "a test");
        final Semaphore mayPut = new Semaphore(0);
        final CountDownLatch opened = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile boolean fails;

        @Override
        public boolean put(long number, byte[] record) {
            if (fails) {
                throw new IllegalStateException("broken");
            }
            mayPut.acquireUninterruptibly();
            return heap.put(number, record);
        }

        @Override
        public Optional<byte[]> get(long number) {
            return heap.get(number);
        }

        @Override
        public boolean contains(long number) {
            return heap.contains(number);
        }

        @Override
        public void remove(long number) {
            heap.remove(number);
        }

        @Override
        public long[] numbers() {
            opened.countDown();
            return heap.numbers();
        }

        @Override
        public int size() {
            return heap.size();
        }

        @Override
        public void close() {
            heap.close();
            closed.countDown();
        }
    }
}
