package dev.polder.samples.launcher;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.MasterInfo;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Counts words with a cluster whose leader is killed meanwhile, counts them again with a plain loop, and says whether both
 * agree.
 */
final class WordCountDemo {
    static final int SHARES_MAX = 24;

    private static final int ROWS = 20;
    private static final int DIFFERENCES_MAX = 5;

    /** The loop to compare with. */
    interface PlainCount {
        WordCounts count(List<Path> files) throws IOException;
    }

    /** The cluster that counts. */
    interface Cluster {
        List<InetSocketAddress> masters() throws IOException;

        /** Returns how many agents it has, of which nobody else uses anything. */
        int agents();

        /** Returns the name of a leader's node, for people. */
        String nameOf(MasterInfo leader) throws IOException;

        /** Ends a leader's node as kill -9 does; false if this cluster does not go so far. */
        boolean kill(MasterInfo leader) throws IOException;
    }

    private final PrintStream out;
    private final PrintStream err;
    private final PlainCount plain;

    /**
     * @param out gets the tables
     * @param err gets the progress
     */
    WordCountDemo(PrintStream out, PrintStream err, PlainCount plain) {
        this.out = out;
        this.err = err;
        this.plain = plain;
    }

    /**
     * Returns the exit code: 0 if both counts agree, else 1.
     *
     * @param patience how long the tasks may take, all together
     */
    int run(Cluster cluster, TextFiles texts, Path work, Duration patience) throws Exception {
        List<List<Path>> shares = texts.shares(SHARES_MAX);
        err.printf(
                Locale.ROOT,
                "counting %,d bytes in %,d files, with %d tasks and one that adds up%n",
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
        List<String> story = runTasks(cluster, plan, patience);
        WordCounts counted = WordCounts.read(plan.result());
        counted.table(ROWS).forEach(out::println);
        out.println();
        story.forEach(out::println);
        out.flush();
        return compare(counted, texts);
    }

    /** Returns a table of what happened to the leader meanwhile. */
    private List<String> runTasks(Cluster cluster, CountPlan plan, Duration patience) throws Exception {
        int tasks = plan.counts().size() + 1;
        try (RemoteOutput output = RemoteOutput.start()) {
            Progress progress = new Progress(err, output, cluster, tasks);
            Batch batch = new Batch(stages(plan), cluster.agents(), Batch.Lost.RUN_AGAIN, progress);
            try (FrameworkDriver driver =
                    FrameworkDriver.start(batch, FrameworkConfig.named("word-count"), cluster.masters())) {
                if (!driver.join(patience)) {
                    throw new LauncherException("gave up after " + patience.toSeconds() + " s: " + progress.finished()
                            + " of " + tasks + " tasks have finished");
                }
            }
            progress.end();
            for (TaskStatus status : batch.result().values()) {
                if (status.state() != TaskState.TASK_FINISHED) {
                    throw new LauncherException(status.toString());
                }
            }
            return progress.table();
        }
    }

    /** The leader is killed before the second stage begins, which so is left to the next leader. */
    private static List<List<TaskInfo>> stages(CountPlan plan) {
        List<TaskInfo> counts = new ArrayList<>();
        for (String command : plan.counts()) {
            counts.add(task("count-" + (counts.size() + 1), command));
        }
        int first = Progress.beforeTheKill(counts.size() + 1);
        List<List<TaskInfo>> stages = new ArrayList<>(List.of(counts.subList(0, first)));
        if (first < counts.size()) {
            stages.add(counts.subList(first, counts.size()));
        }
        stages.add(List.of(task("merge", plan.merge())));
        return stages;
    }

    private static TaskInfo task(String id, String command) {
        return TaskInfo.builder(id).shell(command).cpus(0.1).mem(32).build();
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
