package dev.polder.isolation.attach;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.RunningTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container, as far as a command inside needs to know it.
 *
 * @param task a process of the container, or the parent of its first one
 * @param account whom the task runs as; empty for whoever this JVM runs as
 * @param privileges those of the task, which commands do not exceed
 * @param directory where commands begin, as the container sees it
 * @param environment the task's
 * @param joinFiles files of control groups into which a command writes itself; empty for none
 * @param entrance of a task in an image: its root, directory, variables, account and privileges are a command's then, and
 *     not those said here; empty for a task in the host's own tree
 */
public record RunningContainer(
        ContainerId id,
        RunningTask task,
        Optional<Account> account,
        Privileges privileges,
        Path directory,
        Map<String, String> environment,
        List<Path> joinFiles,
        Optional<Entrance> entrance) {
    /** Its task runs in the host's own tree. */
    public RunningContainer(
            ContainerId id,
            RunningTask task,
            Optional<Account> account,
            Privileges privileges,
            Path directory,
            Map<String, String> environment,
            List<Path> joinFiles) {
        this(id, task, account, privileges, directory, environment, joinFiles, Optional.empty());
    }

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if a path is not absolute
     */
    public RunningContainer {
        requireNonNull(id, "id");
        requireNonNull(task, "task");
        requireNonNull(account, "account");
        requireNonNull(privileges, "privileges");
        environment = Map.copyOf(environment);
        joinFiles = List.copyOf(joinFiles);
        requireNonNull(entrance, "entrance");
        checkAbsolute(directory);
        joinFiles.forEach(RunningContainer::checkAbsolute);
    }

    private static void checkAbsolute(Path path) {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("path " + path + " is not absolute");
        }
    }
}
