package dev.polder.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** The JDK's own way, which leaves nothing behind by which a task could be found again. */
final class PlainLaunches implements LaunchWay {
    @Override
    public void launch(int tasks, int inFlight) throws IOException, InterruptedException {
        launch(tasks, inFlight, () -> List.of("/bin/true"));
    }

    /** Starts so many processes, some at a time; each is to end with 0. */
    static void launch(int tasks, int inFlight, Supplier<List<String>> command)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(inFlight);
        try {
            List<Future<Integer>> codes = new ArrayList<>();
            for (int i = 0; i < tasks; i++) {
                codes.add(threads.submit(() -> new ProcessBuilder(command.get())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()));
            }
            for (Future<Integer> code : codes) {
                if (code.get() != 0) {
                    throw new IOException(command.get() + " ended with " + code.get());
                }
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() {
        // nothing is kept open
    }
}
