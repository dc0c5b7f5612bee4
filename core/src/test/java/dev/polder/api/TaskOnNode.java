package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.polder.ClusterNode;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Offer;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A node on which one task, {@code run1}, runs a line for the shell and has come to its end, but does not end. */
final class TaskOnNode implements Framework, AutoCloseable {
    private static final String DONE = ".done";

    private final String line;
    private final ClusterNode node;
    private final FrameworkDriver driver;
    private final CompletableFuture<TaskStatus> running = new CompletableFuture<>();
    private boolean launched;

    TaskOnNode(String line) {
        this.line = line;
        node = ClusterNode.start();
        driver = node.startFramework(this, FrameworkConfig.named("files"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> running.isDone() && Files.exists(sandbox().resolve(DONE)));
    }

    @Override
    public void onOffers(SchedulerDriver scheduler, List<Offer> offers) {
        if (launched) {
            offers.forEach(scheduler::decline);
            return;
        }
        launched = true;
        TaskInfo task = TaskInfo.builder("run1")
                .shell(line + "\ntouch " + DONE + "; exec sleep 1000")
                .cpus(0.1)
                .mem(32)
                .build();
        scheduler.accept(offers.get(0), task);
    }

    @Override
    public void onUpdate(SchedulerDriver scheduler, TaskStatus status) {
        if (status.state() == TaskState.TASK_RUNNING) {
            running.complete(status);
        } else if (status.state().isTerminal()) {
            running.completeExceptionally(new AssertionError(status.toString()));
        }
    }

    InetSocketAddress agent() {
        return node.agentAddress().orElseThrow();
    }

    Path sandboxes() {
        return node.sandboxes();
    }

    String agentId() {
        return running.join().agentId().orElseThrow().value();
    }

    String containerId() {
        return running.join().containerId().orElseThrow();
    }

    String frameworkId() {
        return driver.frameworkId().orElseThrow().value();
    }

    /** Returns the path that does not depend on the machine. */
    String virtualPath() {
        return "/frameworks/" + frameworkId() + "/executors/run1/runs/" + containerId();
    }

    Path sandbox() {
        return sandboxes()
                .resolve("slaves")
                .resolve(agentId())
                .resolve(virtualPath().substring(1));
    }

    /** Asks for a file on a connection of its own. */
    RawConnection.Answer get(String endpoint, String path, String more) throws IOException {
        try (RawConnection connection = new RawConnection(agent())) {
            String encoded = URLEncoder.encode(path, UTF_8);
            connection.request("GET " + endpoint + "?path=" + encoded + more, List.of(), new byte[0]);
            return connection.answer();
        }
    }

    @Override
    public void close() {
        driver.close();
        node.close();
    }
}
