package dev.polder.offer.loop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.OfferSink;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop with one agent's worth of words to talk to it. No test waits for a time, but for what must happen. */
@Timeout(30)
final class OfferEngineLoopTest implements OfferListener {
    private static final String NAME = "loop-under-test";
    private static final Resources FOUR_CPUS = Resources.ofScalars(Map.of("cpus", 4_000L));

    private final BlockingQueue<Offer> offers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> rescinded = new LinkedBlockingQueue<>();
    private final AtomicLong clockMs = new AtomicLong(1_000);
    private @Nullable OfferEngineLoop loop;

    @Override
    public void onOffer(Offer offer) {
        offers.add(offer);
    }

    @Override
    public void onRescinded(Offer offer, OfferSink.Reason why) {
        rescinded.add(offer.id() + " " + why);
    }

    @AfterEach
    void leavesNoThread() {
        if (loop != null) {
            loop.close();
        }
        assertThat(threads()).isEmpty();
    }

    // ---- the ordinary

    @Test
    void shouldOfferWhatIsFreeAndBookWhatIsAccepted() throws InterruptedException {
        start(config());
        int agent = addAgent();
        int framework = addFramework("f");
        Offer offer = offers.take();

        Resources used = Resources.ofScalars(Map.of("cpus", 1_000L));
        loop().tell((engine, now, sink) -> engine.accept(now, offer.id(), used, 0))
                .join();

        assertThat(offer.framework()).isEqualTo(framework);
        assertThat(offer.agent()).isEqualTo(agent);
        assertThat(offers.take().resources()).isEqualTo(FOUR_CPUS.minus(used));
        loop().tell((engine, now, sink) -> engine.release(framework, "r", agent, used))
                .join();
        assertThat(loop().ask((engine, now, sink) -> engine.used(agent)).join()).isEqualTo(Resources.EMPTY);
    }

    @Test
    void shouldTellWhatIsRescindedAndWhy() throws InterruptedException {
        start(config());
        int agent = addAgent();
        addFramework("f");
        Offer offer = offers.take();

        loop().tell((engine, now, sink) -> engine.removeAgent(agent, sink)).join();

        assertThat(rescinded).containsExactly(offer.id() + " AGENT_GONE");
    }

    @Test
    void shouldPerformRequestsOfOneThreadInOrder() {
        start(config());
        List<Integer> performed = Collections.synchronizedList(new ArrayList<>());

        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 100; i++) {
            int number = i;
            last = loop().tell((engine, now, sink) -> performed.add(number));
        }

        last.join();
        assertThat(performed).hasSize(100).isSorted();
    }

    @Test
    void shouldDecideOnceForRequestsThatCameTogether() throws InterruptedException {
        start(config());
        CountDownLatch held = hold();
        addFrameworkLater("a", "r1");
        addFrameworkLater("b", "r2");
        CompletableFuture<Integer> added =
                loop().ask((engine, now, sink) -> engine.addAgent(AgentProfile.of(FOUR_CPUS)));
        CompletableFuture<?> weighed = loop().tell((engine, now, sink) -> engine.suppress(0, "r1"));

        held.countDown();
        added.join();
        weighed.join();

        // had the engine decided before the last of them, the first by name would have had the offer
        assertThat(offers.take().role()).isEqualTo("r2");
    }

    @Test
    void shouldTimeOffersOutByItself() throws InterruptedException {
        start(LoopConfig.named(NAME)
                .withEngine(OfferEngineConfig.builder().offerTimeoutMs(20).build()));
        addAgent();
        addFramework("f");

        Offer offer = offers.take();

        assertThat(rescinded.take()).isEqualTo(offer.id() + " TIMED_OUT");
    }

    @Test
    void shouldGoByTheClockItIsGiven() throws InterruptedException {
        start(config());
        addAgent();
        addFramework("f");
        Offer offer = offers.take();

        clockMs.addAndGet(OfferEngineConfig.DEFAULT.offerTimeoutMs() - 1);
        touch();
        List<String> before = List.copyOf(rescinded);
        clockMs.addAndGet(1);
        touch();

        assertThat(before).isEmpty();
        assertThat(rescinded.take()).isEqualTo(offer.id() + " TIMED_OUT");
    }

    @Test
    void shouldTakeAClockThatGoesBackForOneThatStands() {
        start(config());
        clockMs.set(0);

        assertThat(loop().ask((engine, now, sink) -> now).join()).isEqualTo(1_000);
        clockMs.set(2_000);
        touch();
        assertThat(loop().ask((engine, now, sink) -> now).join()).isEqualTo(2_000);
    }

    @Test
    void shouldTakeRequestsOfItsListener() throws InterruptedException {
        BlockingQueue<CompletableFuture<?>> answers = new LinkedBlockingQueue<>();
        loop = OfferEngineLoop.start(config(), offer -> {
            offers.add(offer);
            answers.add(loop().tell((engine, now, sink) -> engine.accept(now, offer.id(), offer.resources(), 0)));
        });
        int agent = addAgent();
        addFramework("f");

        answers.take().join();

        assertThat(loop().ask((engine, now, sink) -> engine.used(agent)).join()).isEqualTo(FOUR_CPUS);
    }

    @Test
    void shouldNotLetTheListenerWaitForItself() throws InterruptedException {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        loop = OfferEngineLoop.start(config(), offer -> {
            CompletableFuture<String> derived =
                    loop().ask((engine, now, sink) -> 1).thenApply(String::valueOf);
            try {
                derived.join();
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        addAgent();
        addFramework("f");

        assertThat(thrown.take()).hasMessageContaining("thread '" + NAME + "' would wait for itself");
        touch();
    }

    // ---- what is refused

    @Test
    void shouldAnswerBadInputWithTheReasonAndChangeNothing() {
        start(config());
        int agent = addAgent();

        assertThatThrownBy(() -> loop().tell((engine, now, sink) -> engine.decline(now, 77, 0))
                        .join())
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("77");
        assertThatThrownBy(() ->
                        loop().ask((engine, now, sink) -> engine.addAgent(null)).join())
                .hasCauseInstanceOf(NullPointerException.class);

        assertThat(loop().ask((engine, now, sink) -> engine.free(agent)).join()).isEqualTo(FOUR_CPUS);
        assertThat(loop().ended()).isNotDone();
    }

    @Test
    void shouldRefuseAtOnceWhatDoesNotFitAndTakeTheRest() throws InterruptedException {
        start(config().withRequestsMax(4));
        CountDownLatch held = hold();

        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            answers.add(loop().ask((engine, now, sink) -> number));
        }

        assertThat(answers.get(4)).isCompletedExceptionally();
        assertThatThrownBy(answers.get(4)::join)
                .hasCauseInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("'" + NAME + "'")
                .hasMessageContaining("requestsMax=4");
        assertThat(loop().counters().refused()).isEqualTo(1);
        assertThat(loop().counters().waiting()).isEqualTo(4);
        held.countDown();
        assertThat(answers.get(3).join()).isEqualTo(3);
        assertThat(loop().ask((engine, now, sink) -> 6).join()).isEqualTo(6);
    }

    // ---- the end

    @Test
    void shouldRefuseWhatWaitsAndWhatComesWhenItIsClosed() throws InterruptedException {
        start(config());
        CountDownLatch held = hold();
        CompletableFuture<Integer> waiting = loop().ask((engine, now, sink) -> 1);
        Thread closer = new Thread(loop()::close);

        closer.start();
        awaitClosing(closer);
        held.countDown();
        closer.join();

        assertThatThrownBy(waiting::join).hasMessageContaining("'" + NAME + "' is closed");
        assertThatThrownBy(() -> loop().ask((engine, now, sink) -> 1).join())
                .hasCauseInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("'" + NAME + "' is closed");
        assertThat(loop().ended()).isCompletedWithValue(null);
        loop().close();
    }

    @Test
    void shouldEndWhenItsOwnThreadClosesIt() {
        start(config());

        CompletableFuture<?> closed = loop().tell((engine, now, sink) -> loop().close());

        closed.join();
        loop().ended().join();
    }

    @Test
    void shouldInterruptWhatDoesNotReturnWhenItIsClosed() {
        start(config());
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<String> answer = loop().ask((engine, now, sink) -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
                return "";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        await(entered);

        loop().close();

        assertThat(answer.join()).isEqualTo("interrupted");
    }

    @Test
    void shouldTellEverybodyWhenTheEngineIsBroken() throws InterruptedException {
        start(config());
        CountDownLatch held = hold();
        CompletableFuture<?> breaking = loop().tell((engine, now, sink) -> {
            throw new IllegalStateException("broken invariant: planted");
        });
        CompletableFuture<Integer> waiting = loop().ask((engine, now, sink) -> 1);

        held.countDown();

        assertThatThrownBy(loop().ended()::join).hasMessageContaining("broken invariant: planted");
        assertThatThrownBy(breaking::join).hasMessageContaining("broken invariant: planted");
        assertThatThrownBy(waiting::join)
                .hasCauseInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("broken invariant: planted");
        assertThatThrownBy(() -> loop().ask((engine, now, sink) -> 1).join())
                .hasMessageContaining("broken invariant: planted");
    }

    @Test
    void shouldGoOnWhenARequestFailsForReasonsOfItsOwn() {
        start(config());

        assertThatThrownBy(() -> loop().tell((engine, now, sink) -> {
                            throw new IndexOutOfBoundsException("mine");
                        })
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("mine");

        touch();
        assertThat(loop().ended()).isNotDone();
    }

    @Test
    void shouldEndWhenTheListenerThrows() {
        loop = OfferEngineLoop.start(config(), offer -> {
            throw new IllegalStateException("listener's own");
        });
        addAgent();
        addFramework("f");

        assertThatThrownBy(loop().ended()::join)
                .hasMessageContaining("the listener threw")
                .hasMessageContaining("own");
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotStart() {
        AtomicReference<OfferEngineLoop> started = new AtomicReference<>();

        assertThatThrownBy(() -> started.set(OfferEngineLoop.start(
                        LoopConfig.named(NAME).withClockMs(() -> {
                            throw new UnsupportedOperationException("no clock");
                        }),
                        this)))
                .hasMessage("no clock");

        assertThat(started.get()).isNull();
        assertThat(threads()).isEmpty();
    }

    @Test
    void shouldRefuseSettingsOutOfBounds() {
        assertThatThrownBy(() -> LoopConfig.named(NAME).withRequestsMax(1)).hasMessageContaining("requestsMax is 1");
        assertThatThrownBy(() -> LoopConfig.named(" ")).hasMessageContaining("name ' '");
    }

    // ---- words

    private LoopConfig config() {
        return LoopConfig.named(NAME).withClockMs(clockMs::get);
    }

    private void start(LoopConfig config) {
        loop = OfferEngineLoop.start(config, this);
    }

    private OfferEngineLoop loop() {
        return requireNonNull(loop);
    }

    private int addAgent() {
        return loop().ask((engine, now, sink) -> engine.addAgent(AgentProfile.of(FOUR_CPUS)))
                .join();
    }

    private int addFramework(String name) {
        return loop().ask((engine, now, sink) -> engine.addFramework(FrameworkProfile.of(name, "r")))
                .join();
    }

    private void addFrameworkLater(String name, String role) {
        CompletableFuture<Integer> unused =
                loop().ask((engine, now, sink) -> engine.addFramework(FrameworkProfile.of(name, role)));
    }

    /** Lets the loop take note of the clock and decide: the turn that goes on may have read the clock already. */
    private void touch() {
        long before = loop().counters().turns();
        while (loop().counters().turns() < before + 2) {
            loop().tell((engine, now, sink) -> {}).join();
        }
    }

    /** Keeps the loop busy, in a request, until the latch is opened. */
    private CountDownLatch hold() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<?> unused = loop().tell((engine, now, sink) -> {
            entered.countDown();
            await(held);
        });
        entered.await();
        return held;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A thread that waits for another's end has said before that it shall end. */
    private static void awaitClosing(Thread closer) {
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(NAME))
                .toList();
    }
}
