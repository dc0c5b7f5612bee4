package dev.polder.benchmarks;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** From kill -9 of the leader's process until a framework is subscribed at the next leader, again and again. */
final class FailoverCase {
    private static final int CPUS_EACH = 1;
    private static final int PATIENCE_SECONDS = 30;
    private static final int SETTLE_SECONDS = 3;

    private final int kills;
    private final Optional<Path> data;
    private final PrintWriter progress;

    FailoverCase(int kills, Optional<Path> data, PrintWriter progress) {
        this.kills = kills;
        this.data = data;
        this.progress = progress;
    }

    List<Figure> measure() throws IOException, InterruptedException {
        Histogram micros = new Histogram(3);
        Watching framework = new Watching();
        try (Work work = Work.below(data, "failover");
                ThreeNodes nodes = ThreeNodes.start(work.directory(), CPUS_EACH);
                FrameworkDriver driver =
                        FrameworkDriver.start(framework, FrameworkConfig.named("bench"), nodes.masters())) {
            framework.next();
            progress.println("  " + driver.frameworkId().orElseThrow() + " is subscribed");
            for (int i = 1; i <= kills; i++) {
                int port = framework.latest().port();
                long begin = System.nanoTime();
                int killed = nodes.kill(port);
                long us = (framework.next().atNanos() - begin) / 1_000;
                micros.recordValue(us);
                progress.println("  kill " + i + " of " + kills + ": " + us / 1_000 + " ms");
                nodes.restart(killed);
                // a JVM that has just come up is busy with itself
                TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            }
        }
        return List.of(
                new Figure("failover", "subscribed_p50_ms", micros.getValueAtPercentile(50) / 1e3, "ms"),
                new Figure("failover", "subscribed_p99_ms", micros.getValueAtPercentile(99) / 1e3, "ms"));
    }

    private record Subscription(long atNanos, int port) {}

    /** Remembers when it was subscribed, and where. */
    private static final class Watching implements Framework {
        private final BlockingQueue<Subscription> subscriptions = new LinkedBlockingQueue<>();
        private Subscription latest = new Subscription(0, 0);

        @Override
        public void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
            subscriptions.add(new Subscription(System.nanoTime(), master.port()));
        }

        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            driver.decline(offers, Filters.refuse(Duration.ofHours(1)));
        }

        Subscription next() throws InterruptedException {
            Subscription next = subscriptions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException("nobody leads after " + PATIENCE_SECONDS + " s");
            }
            latest = next;
            return next;
        }

        /** Returns where it is subscribed, also if it had to change since. */
        Subscription latest() {
            for (Subscription newer = subscriptions.poll(); newer != null; newer = subscriptions.poll()) {
                latest = newer;
            }
            return latest;
        }
    }
}
