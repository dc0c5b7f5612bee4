package dev.polder;

import dev.polder.framework.Framework;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Attribute;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Runs tasks on the nodes it is told, each of which leaves its process id in a file of its name, waits for a file
 * {@code NAME.go} and ends with what stands in it. Remembers what it was told. Any thread may ask.
 */
final class PlacedTasks implements Framework {
    private record Placement(String node, TaskInfo task) {}

    private final Path directory;
    private final List<Placement> waiting = new ArrayList<>();
    private final Map<String, List<TaskStatus>> updates = new LinkedHashMap<>();
    private int leaderPort;

    PlacedTasks(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(60, TimeUnit.SECONDS)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .until(condition);
    }

    /** Launches a task as soon as that node is offered. */
    synchronized void run(String name, int node) {
        Path marker = directory.resolve(name);
        String line =
                "echo $$ >> %1$s; while [ ! -s %1$s.go ]; do sleep 0.1; done; exit $(cat %1$s.go)".formatted(marker);
        TaskInfo task = TaskInfo.builder(name).shell(line).cpus(0.1).mem(16).build();
        updates.put(name, new ArrayList<>());
        waiting.add(new Placement("n" + node, task));
    }

    /** Lets a task end. */
    void end(String name, int exitCode) throws IOException {
        Files.writeString(directory.resolve(name + ".go"), Integer.toString(exitCode));
    }

    void await(String name, TaskState state) {
        await(name + " " + state, () -> last(name) == state);
    }

    /** Returns the state of the last update, staging before there is any. */
    synchronized TaskState last(String name) {
        List<TaskStatus> told = told(name);
        return told.isEmpty()
                ? TaskState.TASK_STAGING
                : told.get(told.size() - 1).state();
    }

    synchronized List<TaskStatus> told(String name) {
        return List.copyOf(updates.getOrDefault(name, List.of()));
    }

    /** Returns the ids of the processes that a task has had. */
    List<String> starts(String name) throws IOException {
        Path marker = directory.resolve(name);
        return Files.exists(marker) ? Files.readAllLines(marker) : List.of();
    }

    /** Returns the port of the master it is subscribed to, 0 if to none. */
    synchronized int leaderPort() {
        return leaderPort;
    }

    @Override
    public synchronized void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
        leaderPort = master.port();
    }

    @Override
    public synchronized void onDisconnected(SchedulerDriver driver) {
        leaderPort = 0;
    }

    @Override
    public synchronized void onOffers(SchedulerDriver driver, List<Offer> offers) {
        for (Offer offer : offers) {
            String node = offer.attribute("node").map(Attribute::text).orElseThrow();
            List<TaskInfo> tasks = new ArrayList<>();
            for (Iterator<Placement> each = waiting.iterator(); each.hasNext(); ) {
                Placement placement = each.next();
                if (placement.node().equals(node)) {
                    tasks.add(placement.task());
                    each.remove();
                }
            }
            if (tasks.isEmpty()) {
                driver.decline(List.of(offer), Filters.refuse(Duration.ofMillis(100)));
            } else {
                driver.accept(List.of(offer), tasks, Filters.refuse(Duration.ZERO));
            }
        }
    }

    @Override
    public synchronized void onUpdate(SchedulerDriver driver, TaskStatus status) {
        TaskId task = status.taskId();
        updates.computeIfAbsent(task.value(), any -> new ArrayList<>()).add(status);
    }
}
