package dev.polder.api;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.master.MasterPort;
import dev.polder.master.MasterView;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers from views of the master, off the master's and the network's threads. */
final class Reads implements AutoCloseable {
    /** So many reads may wait for a view or be written at once; a further one is answered 503. */
    static final int READS_MAX = 64;

    private static final int THREADS_MAX = 2;
    private static final Logger LOG = LoggerFactory.getLogger(Reads.class);

    private final MasterPort master;
    private final ApiCounters counters;
    private final Semaphore permits = new Semaphore(READS_MAX);
    private final ThreadPoolExecutor executor;

    Reads(ApiConfig config, MasterPort master, ApiCounters counters) {
        this.master = master;
        this.counters = counters;
        AtomicInteger number = new AtomicInteger();
        // a permit is held for each entry, so the queue never grows beyond READS_MAX
        executor = new ThreadPoolExecutor(THREADS_MAX, THREADS_MAX, 10, SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, config.threadName() + "-read-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Answers with what is rendered of the newest view, or, if this master does not lead, with the way to the leader. */
    void answer(HttpRequest request, HttpResponder responder, Function<MasterView, HttpResponse> render) {
        if (!master.leads()) {
            responder.respond(LeaderOnly.elsewhere(master, request));
            return;
        }
        if (!permits.tryAcquire()) {
            counters.readsRefused.increment();
            responder.respond(LeaderOnly.comeAgain(READS_MAX + " reads are being answered already: no more at once"));
            return;
        }
        var unused = master.view()
                .handleAsync(
                        (view, failure) -> failure == null ? render.apply(view) : LeaderOnly.elsewhere(master, request),
                        executor)
                .whenComplete((answer, failure) -> {
                    permits.release();
                    if (failure == null) {
                        responder.respond(answer);
                    } else {
                        LOG.error("read failed path={}", request.path(), failure);
                        responder.respond(HttpResponse.text(500, "the answer could not be written: " + failure));
                    }
                });
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
