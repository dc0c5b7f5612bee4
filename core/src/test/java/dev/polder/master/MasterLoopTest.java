package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The master's thread over a real log. */
@Tag("slow")
final class MasterLoopTest {
    @TempDir
    private Path directory;

    private RunningMaster running;
    private MasterLoop loop;

    @BeforeEach
    void start() throws Exception {
        running = RunningMaster.start(directory);
        loop = running.loop();
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
    }

    @Test
    void shouldShowOnlyWhatIsCommitted() throws Exception {
        Link link = new Link("s1");

        assertThat(loop.submit(subscribe(link))).isTrue();
        await().until(() -> link.events.size() == 1);

        MasterView view = loop.view().get(10, TimeUnit.SECONDS);
        assertThat(view.frameworks()).hasSize(1);
        assertThat(view.index()).isPositive();
    }

    @Test
    void shouldStepDownAndBeginAgainFromTheLogWhenItsStateIsBroken() throws Exception {
        Link before = new Link("before");
        loop.submit(subscribe(before));
        await().until(() -> before.events.size() == 1);
        String firstMaster = loop.leader().orElseThrow().id();

        // a link that cannot be kept: the framework is added already when that comes out
        loop.submit(subscribe(new Link("broken") {
            @Override
            public int hashCode() {
                throw new IllegalStateException("planted");
            }
        }));
        await().until(() ->
                loop.leader().map(leader -> !leader.id().equals(firstMaster)).orElse(false));

        MasterView view = loop.view().get(10, TimeUnit.SECONDS);
        assertThat(view.frameworks()).hasSize(1);
        assertThat(before.closed).isTrue();
        Link after = new Link("after");
        loop.submit(subscribe(after));
        await().until(() -> after.events.size() == 1);
    }

    @Test
    void shouldRefuseAFrameworkThatIsTooLargeToBeRemembered() throws Exception {
        String master = loop.leader().orElseThrow().id();
        Link large = new Link("large");
        Command.Subscribe subscribe = (Command.Subscribe) subscribe(large);
        Call.Builder call = subscribe.call().toBuilder();
        call.getSubscribeBuilder().getFrameworkInfoBuilder().setWebuiUrl("x".repeat(2 << 20));

        loop.submit(new Command.Subscribe(large, call.build()));
        await().until(() -> large.closed);

        assertThat(large.events)
                .singleElement()
                .satisfies(event -> assertThat(event.getError().getMessage())
                        .contains("FRAMEWORK_ADDED")
                        .contains("at most"));
        assertThat(loop.view().get(10, TimeUnit.SECONDS).frameworks()).isEmpty();
        assertThat(loop.leader().orElseThrow().id()).isEqualTo(master);
    }

    @Test
    void shouldRefuseAnIdThatItWillGiveItself() {
        Link thief = new Link("thief");
        Command.Subscribe subscribe = (Command.Subscribe) subscribe(thief);
        Call.Builder call = subscribe.call().toBuilder();
        call.getSubscribeBuilder()
                .getFrameworkInfoBuilder()
                .getIdBuilder()
                .setValue(loop.leader().orElseThrow().id() + "-0000");

        loop.submit(new Command.Subscribe(thief, call.build()));
        await().until(() -> thief.closed);

        assertThat(thief.events)
                .singleElement()
                .satisfies(event -> assertThat(event.getError().getMessage()).contains("given by the master"));
    }

    @Test
    void shouldAnswerNobodyOnceItIsClosed() {
        loop.close();

        assertThat(loop.leads()).isFalse();
        assertThat(loop.submit(subscribe(new Link("late")))).isFalse();
        CompletableFuture<MasterView> view = loop.view();
        assertThatThrownBy(() -> view.get(1, TimeUnit.SECONDS)).hasMessageContaining("does not lead");
    }

    private static Command subscribe(FrameworkLink link) {
        return new Command.Subscribe(
                link,
                Call.newBuilder()
                        .setType(Call.Type.SUBSCRIBE)
                        .setSubscribe(Call.Subscribe.newBuilder()
                                .setFrameworkInfo(Mesos.FrameworkInfo.newBuilder()
                                        .setUser("u")
                                        .setName("n")))
                        .build());
    }

    /** Remembers what it was sent. */
    private static class Link implements FrameworkLink {
        final List<Event> events = new CopyOnWriteArrayList<>();
        volatile boolean closed;
        private final String streamId;

        Link(String streamId) {
            this.streamId = streamId;
        }

        @Override
        public String streamId() {
            return streamId;
        }

        @Override
        public void send(Event event) {
            events.add(event);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
