package dev.polder;

import dev.polder.framework.CallResult;
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
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Runs tasks on the nodes it is told, each of which leaves its process id in a file of its name, waits for a file
 * {@code NAME.go} and ends with what stands in it. Remembers what it was told. Any thread may ask.
 */
final class PlacedTasks implements Framework {
    private record Placement(String node, TaskInfo task) {}

    /** Its offer was void by then, or the leader that took it lost its post before it was committed. */
    private static final Set<TaskState> NEVER_LAUNCHED = EnumSet.of(TaskState.TASK_DROPPED, TaskState.TASK_UNKNOWN);

    private final Path directory;
    private final List<Placement> waiting = new ArrayList<>();
    private final Map<String, List<TaskStatus>> updates = new LinkedHashMap<>();
    private final Map<String, Placement> placed = new LinkedHashMap<>();
    private final List<CallResult> refused = new ArrayList<>();
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
        Placement placement = new Placement("n" + node, task);
        placed.put(name, placement);
        waiting.add(placement);
    }

    /** Lets a task end. */
    void end(String name, int exitCode) throws IOException {
        Files.writeString(directory.resolve(name + ".go"), Integer.toString(exitCode));
    }

    void await(String name, TaskState state) {
        try {
            await(name + " " + state, () -> last(name) == state);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(name + " is not " + state + "; told " + told(name) + ", calls " + refused(), late);
        }
    }

    private synchronized List<CallResult> refused() {
        return List.copyOf(refused);
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
        driver.reconcile(updates.keySet().stream().map(TaskId::new).toList());
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
                launch(driver, offer, tasks);
            }
        }
    }

    /** A leader may lose its post at any moment. What it refused is launched again; what it may have done is asked for. */
    private void launch(SchedulerDriver driver, Offer offer, List<TaskInfo> tasks) {
        driver.accept(List.of(offer), tasks, Filters.refuse(Duration.ZERO)).thenAccept(result -> {
            if (!result.isAccepted()) {
                synchronized (this) {
                    refused.add(result);
                }
                if (result instanceof CallResult.Refused) {
                    tasks.forEach(task -> placeAgain(task.id().value()));
                }
            }
        });
    }

    private synchronized void placeAgain(String name) {
        Placement placement = placed.get(name);
        if (placement != null && !waiting.contains(placement)) {
            waiting.add(placement);
        }
    }

    @Override
    public synchronized void onUpdate(SchedulerDriver driver, TaskStatus status) {
        TaskId task = status.taskId();
        updates.computeIfAbsent(task.value(), any -> new ArrayList<>()).add(status);
        if (told(task.value()).stream().allMatch(each -> NEVER_LAUNCHED.contains(each.state()))) {
            placeAgain(task.value());
        }
    }
}
