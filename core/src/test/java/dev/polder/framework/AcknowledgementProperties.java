package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.polder.model.TaskStatus;
import dev.polder.model.UpdateId;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * An agent that repeats its updates until they are acknowledged, a session, and a connection between them that breaks
 * anywhere, in one thread and in virtual time.
 */
final class AcknowledgementProperties {
    private static final int TASKS = 3;
    private static final int UPDATES = 4;

    @Property(tries = 300)
    void everyUpdateIsToldOnceAndAcknowledgedInOrderWhereverTheStreamBreaks(@ForAll long seed) {
        check(seed, 1_000);
    }

    @Property(tries = 1)
    void whoForgetsWhatWasAcknowledgedIsFound() {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 300; seed++) {
                        check(seed, 0);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("told");
    }

    private static void check(long seed, int rememberedMax) {
        Run run = new Run(seed, rememberedMax);
        for (int i = 0; i < 400; i++) {
            run.step();
        }
        run.settle();

        for (int task = 0; task < TASKS; task++) {
            assertThat(run.acknowledged[task])
                    .as("updates acknowledged, seed %d", seed)
                    .isEqualTo(UPDATES);
            assertThat(run.told.get("t" + task))
                    .as("updates told, seed %d", seed)
                    .isEqualTo(expected(task));
        }
    }

    private static List<String> expected(int task) {
        List<String> all = new ArrayList<>();
        for (int update = 0; update < UPDATES; update++) {
            all.add(task + "-" + update);
        }
        return all;
    }

    private static final class Run {
        final int[] acknowledged = new int[TASKS];
        final Map<String, List<String>> told = new HashMap<>();
        private final Random random;
        private final VirtualLoop loop = new VirtualLoop();
        private final FakeLink link = new FakeLink();
        private final RecentUpdates remembered;
        private final Callbacks callbacks;
        private final SchedulerSession session;
        private final Deque<Event> towardsFramework = new ArrayDeque<>();
        private int attemptsSeen;
        private int callsTaken;
        private boolean open;

        Run(long seed, int rememberedMax) {
            random = new Random(seed);
            remembered = new RecentUpdates(rememberedMax);
            RecordingFramework framework = new RecordingFramework();
            framework.onUpdate = this::tell;
            callbacks = new Callbacks(
                    framework,
                    new SessionDriver(this::acknowledge),
                    false,
                    remembered,
                    () -> loop.execute(this::resume));
            session = new SchedulerSession(
                    FrameworkConfig.named("f"),
                    new MasterSearch(List.of(InetSocketAddress.createUnresolved("m1", 5050))),
                    link,
                    loop,
                    callbacks);
            session.start();
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0 -> breakStream();
                case 1 -> repeatUpdates();
                case 2 -> loop.advance(Duration.ofMillis(random.nextInt(200)));
                case 3, 4 -> takeCall();
                case 5, 6 -> bringEvent();
                case 7 -> callbacks.runNext();
                default -> loop.runNext();
            }
            acceptSubscription();
        }

        /** Nothing breaks any more. */
        void settle() {
            for (int i = 0; i < 50; i++) {
                loop.advance(Duration.ofSeconds(1));
                acceptSubscription();
                repeatUpdates();
                while (open && !towardsFramework.isEmpty()) {
                    bringEvent();
                }
                loop.runAll();
                while (callbacks.runNext()) {
                    loop.runAll();
                }
                while (open && callsTaken < link.last().sent.size()) {
                    takeCall();
                }
            }
        }

        private void tell(TaskStatus status) {
            String uuid = new String(
                    java.util.HexFormat.of()
                            .parseHex(status.updateId().orElseThrow().value()),
                    StandardCharsets.UTF_8);
            told.computeIfAbsent(status.taskId().value(), id -> new ArrayList<>())
                    .add(uuid);
        }

        private void acknowledge(Call.Builder call) {
            remembered.add(new UpdateId(java.util.HexFormat.of()
                    .formatHex(call.getAcknowledge().getUuid().toByteArray())));
            loop.execute(() -> session.call(call, result -> {}));
        }

        private void resume() {
            session.resume();
        }

        private void acceptSubscription() {
            if (!open && link.attempts.size() > attemptsSeen) {
                attemptsSeen = link.attempts.size();
                callsTaken = 0;
                open = true;
                towardsFramework.clear();
                towardsFramework.add(Protocol.subscribed("f-1", 15));
                repeatUpdates();
            }
        }

        private void repeatUpdates() {
            for (int task = 0; task < TASKS; task++) {
                if (open && acknowledged[task] < UPDATES && random.nextBoolean()) {
                    sendUpdate(task);
                }
            }
        }

        private void sendUpdate(int task) {
            towardsFramework.add(
                    Protocol.update("t" + task, Mesos.TaskState.TASK_RUNNING, task + "-" + acknowledged[task]));
        }

        private void bringEvent() {
            if (open && !towardsFramework.isEmpty()) {
                link.last().event(towardsFramework.remove());
            }
        }

        private void takeCall() {
            if (open && callsTaken < link.last().sent.size()) {
                FakeLink.Sent sent = link.last().sent.get(callsTaken++);
                acknowledgedByFramework(sent.call().getAcknowledge());
                if (random.nextInt(4) > 0) {
                    sent.answer().accept(new CallResult.Accepted());
                }
            }
        }

        private void acknowledgedByFramework(Call.Acknowledge acknowledge) {
            String task = acknowledge.getTaskId().getValue();
            int index = Integer.parseInt(task.substring(1));
            int update = updateOf(acknowledge.getUuid());
            assertThat(update).as("acknowledged ahead of what was sent").isLessThanOrEqualTo(acknowledged[index]);
            assertThat(update).as("acknowledged out of order").isGreaterThanOrEqualTo(acknowledged[index] - 1);
            assertThat(told.get(task)).as("acknowledged before it was told").contains(index + "-" + update);
            if (update == acknowledged[index]) {
                acknowledged[index]++;
                if (acknowledged[index] < UPDATES) {
                    sendUpdate(index);
                }
            }
        }

        private static int updateOf(ByteString uuid) {
            String text = uuid.toStringUtf8();
            return Integer.parseInt(text.substring(text.indexOf('-') + 1));
        }

        private void breakStream() {
            if (open) {
                open = false;
                int arrives = random.nextInt(towardsFramework.size() + 1);
                for (int i = 0; i < arrives; i++) {
                    link.last().event(towardsFramework.remove());
                }
                towardsFramework.clear();
                int reaches = random.nextInt(link.last().sent.size() - callsTaken + 1);
                for (int i = 0; i < reaches; i++) {
                    acknowledgedByFramework(
                            link.last().sent.get(callsTaken++).call().getAcknowledge());
                }
                link.last().lose();
            }
        }
    }
}
