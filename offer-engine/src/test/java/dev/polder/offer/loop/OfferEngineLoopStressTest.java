package dev.polder.offer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads at one loop: nothing is lost, and nobody sleeps on what has come. */
@Tag("slow")
@Timeout(120)
final class OfferEngineLoopStressTest {
    private static final int THREADS = 4;
    private static final Resources CPUS = Resources.ofScalars(Map.of("cpus", 1_000L));

    /** Each request is sent when the one before was answered, so that the loop falls asleep over and over. */
    @Test
    void shouldLoseNoWakeUp() throws InterruptedException {
        int rounds = 20_000;
        AtomicInteger answered = new AtomicInteger();
        try (OfferEngineLoop loop = OfferEngineLoop.start(LoopConfig.named("stress"), offer -> {})) {
            inParallel(() -> {
                for (int i = 0; i < rounds; i++) {
                    loop.tell((engine, now, sink) -> {}).join();
                    answered.incrementAndGet();
                }
            });
        }

        assertThat(answered).hasValue(THREADS * rounds);
    }

    /** A queue of 4 for 4 threads: each request is performed or refused, never both, never neither. */
    @Test
    void shouldPerformOrRefuseEachRequestOnce() throws InterruptedException {
        int rounds = 20_000;
        AtomicInteger performed = new AtomicInteger();
        int refused = 0;
        List<CompletableFuture<?>> answers = new ArrayList<>();
        try (OfferEngineLoop loop =
                OfferEngineLoop.start(LoopConfig.named("stress").withRequestsMax(4), offer -> {})) {
            inParallel(() -> {
                List<CompletableFuture<?>> own = new ArrayList<>();
                for (int i = 0; i < rounds; i++) {
                    own.add(loop.tell((engine, now, sink) -> performed.incrementAndGet()));
                }
                synchronized (answers) {
                    answers.addAll(own);
                }
            });
        }
        for (CompletableFuture<?> answer : answers) {
            assertThat(answer).isDone();
            Throwable cause = causeOf(answer);
            if (cause != null) {
                assertThat(cause).isInstanceOf(RejectedExecutionException.class);
                refused++;
            }
        }

        assertThat(performed.get() + refused).isEqualTo(THREADS * rounds);
        assertThat(refused).isPositive();
    }

    /** Loops that are closed while four threads ask. */
    @Test
    void shouldAnswerEverybodyWhoAsksWhileItIsClosed() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            ConcurrentHashMap<CompletableFuture<?>, Boolean> answers = new ConcurrentHashMap<>();
            OfferEngineLoop loop =
                    OfferEngineLoop.start(LoopConfig.named("stress").withRequestsMax(1024), offer -> {});
            CountDownLatch begun = new CountDownLatch(THREADS);
            Thread closer = new Thread(() -> {
                await(begun);
                loop.close();
            });
            closer.start();
            inParallel(() -> {
                for (int i = 0; i < 50; i++) {
                    answers.put(loop.tell((engine, now, sink) -> {}), true);
                    if (i == 10) {
                        begun.countDown();
                    }
                }
            });
            closer.join();

            assertThat(answers.keySet()).hasSize(THREADS * 50).allMatch(CompletableFuture::isDone);
        }
    }

    /** Frameworks that accept, and give back, on threads of their own: at the end all is free, and nothing was used twice. */
    @Test
    void shouldKeepItsBooksWithManyThreads() throws InterruptedException {
        BlockingQueue<Offer> offers = new LinkedBlockingQueue<>();
        try (OfferEngineLoop loop = OfferEngineLoop.start(LoopConfig.named("stress"), offers::add)) {
            loop.tell((engine, now, sink) -> {
                        for (int i = 0; i < 20; i++) {
                            int agent = engine.addAgent(AgentProfile.of(CPUS));
                            assertThat(agent).isEqualTo(i);
                        }
                        for (int i = 0; i < 3; i++) {
                            int framework = engine.addFramework(FrameworkProfile.of("f" + i, "r" + i));
                            assertThat(framework).isEqualTo(i);
                        }
                    })
                    .join();
            AtomicInteger tasks = new AtomicInteger();
            inParallel(() -> {
                for (int i = 0; i < 2_000; i++) {
                    Offer offer = take(offers);
                    loop.tell((engine, now, sink) -> engine.accept(now, offer.id(), offer.resources(), 0))
                            .join();
                    tasks.incrementAndGet();
                    loop.tell((engine, now, sink) ->
                                    engine.release(offer.framework(), offer.role(), offer.agent(), offer.resources()))
                            .join();
                }
            });

            assertThat(tasks).hasValue(THREADS * 2_000);
            loop.tell((engine, now, sink) -> {
                        engine.checkInvariants();
                        for (int agent = 0; agent < 20; agent++) {
                            assertThat(engine.used(agent)).isEqualTo(Resources.EMPTY);
                        }
                    })
                    .join();
        }
    }

    private static Offer take(BlockingQueue<Offer> offers) {
        try {
            Offer offer = offers.poll(60, TimeUnit.SECONDS);
            if (offer == null) {
                throw new AssertionError("no offer came");
            }
            return offer;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable Throwable causeOf(CompletableFuture<?> answer) {
        return answer.handle((value, fault) -> fault).join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void inParallel(Runnable work) throws InterruptedException {
        List<Throwable> faults = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Throwable fault) {
                    synchronized (faults) {
                        faults.add(fault);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(faults).isEmpty();
    }
}
