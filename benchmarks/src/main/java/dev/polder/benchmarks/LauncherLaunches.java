package dev.polder.benchmarks;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.TaskLauncher;
import dev.polder.isolation.TaskListener;
import java.io.IOException;
import java.nio.file.Path;

/** Our launcher, with checkpoint and exit file. */
final class LauncherLaunches implements LaunchWay {
    private final Sandboxes sandboxes;
    private final LaunchTurns turns = new LaunchTurns();
    private final TaskLauncher launcher;

    /**
     * Opens it.
     *
     * @param sessions whether each task has a session of its own
     */
    LauncherLaunches(LaunchDirectories directories, boolean sessions) throws IOException {
        sandboxes = new Sandboxes(directories.data().resolve("sandboxes"));
        Path containers = directories.containers();
        launcher = sessions
                ? TaskLauncher.open(containers, "bench", true, new Listener())
                : TaskLauncher.openWithoutSessions(containers, "bench", true, new Listener());
        launcher.start();
    }

    @Override
    public void launch(int tasks, int inFlight) throws IOException, InterruptedException {
        turns.run(tasks, inFlight, () -> launcher.launch(sandboxes.task("/bin/true")));
    }

    @Override
    public void close() {
        launcher.close();
    }

    private final class Listener implements TaskListener {
        @Override
        public void onStarted(ContainerId id, long pid) {
            // only the end counts
        }

        @Override
        public void onExited(ContainerId id, ExitStatus status) {
            launcher.forget(id);
            turns.ended(status.equals(new ExitStatus.Exited(0)) ? "" : id + " ended with " + status);
        }

        @Override
        public void onNotStarted(ContainerId id, String why) {
            turns.ended(id + " was not started: " + why);
        }

        @Override
        public void onLost(ContainerId id, String why) {
            turns.ended(id + " is lost: " + why);
        }
    }
}
