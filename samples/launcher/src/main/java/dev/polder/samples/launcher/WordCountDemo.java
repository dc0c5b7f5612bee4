package dev.polder.samples.launcher;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Counts words with a cluster, counts them again with a plain loop, and says whether both agree. */
final class WordCountDemo {
    static final int SHARES_MAX = 8;

    /** The demonstration has a node of its own. */
    private static final int AGENTS = 1;

    private static final int ROWS = 20;
    private static final int DIFFERENCES_MAX = 5;

    /** The loop to compare with. */
    interface PlainCount {
        WordCounts count(List<Path> files) throws IOException;
    }

    private final PrintStream out;
    private final PrintStream err;
    private final PlainCount plain;

    /**
     * @param out gets the table
     * @param err gets the progress
     */
    WordCountDemo(PrintStream out, PrintStream err, PlainCount plain) {
        this.out = out;
        this.err = err;
        this.plain = plain;
    }

    /** Returns the exit code: 0 if both counts agree, else 1. */
    int run(InetSocketAddress master, TextFiles texts, Path work) throws Exception {
        List<List<Path>> shares = texts.shares(SHARES_MAX);
        err.printf(
                Locale.ROOT,
                "counting %,d bytes in %,d files, with %d tasks%n",
                texts.bytes(),
                texts.files().size(),
                shares.size());
        if (texts.left() > 0) {
            err.printf(
                    Locale.ROOT,
                    "left out %,d files: at most %,d files and %,d bytes are counted%n",
                    texts.left(),
                    TextFiles.FILES_MAX,
                    TextFiles.BYTES_MAX);
        }
        CountPlan plan = CountPlan.prepare(work, shares);
        runTasks(master, plan);
        WordCounts counted = WordCounts.read(plan.result());
        counted.table(ROWS).forEach(out::println);
        out.flush();
        return compare(counted, texts);
    }

    private void runTasks(InetSocketAddress master, CountPlan plan) throws Exception {
        Batch batch = new Batch(tasks(plan), AGENTS, (offer, status) -> show(status));
        try (FrameworkDriver driver = FrameworkDriver.start(batch, FrameworkConfig.named("word-count"), master)) {
            driver.join();
        }
        for (TaskStatus status : batch.result().values()) {
            if (status.state() != TaskState.TASK_FINISHED) {
                throw new LauncherException(status.toString());
            }
        }
    }

    private static List<List<TaskInfo>> tasks(CountPlan plan) {
        List<TaskInfo> counts = new ArrayList<>();
        for (String command : plan.counts()) {
            counts.add(task("count-" + (counts.size() + 1), command));
        }
        return List.of(counts, List.of(task("merge", plan.merge())));
    }

    private static TaskInfo task(String id, String command) {
        return TaskInfo.builder(id).shell(command).cpus(0.1).mem(32).build();
    }

    private void show(TaskStatus status) {
        if (status.state() == TaskState.TASK_RUNNING || status.state().isTerminal()) {
            err.println(status);
        }
    }

    private int compare(WordCounts counted, TextFiles texts) throws IOException {
        WordCounts again = plain.count(texts.paths());
        List<String> differences = counted.differences(again, DIFFERENCES_MAX);
        if (differences.isEmpty()) {
            err.printf(
                    Locale.ROOT,
                    "a plain loop counts the same: %,d words, %,d different ones%n",
                    counted.total(),
                    counted.counts().size());
            return 0;
        }
        err.println("the cluster counts otherwise than a plain loop:");
        differences.forEach(line -> err.println("  " + line));
        long changed =
                texts.files().stream().filter(TextFiles.TextFile::hasChanged).count();
        if (changed > 0) {
            err.println(changed + " files were changed meanwhile; try a directory in which nobody writes");
        }
        return 1;
    }
}
