package dev.polder.samples.launcher;

import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.util.Collection;
import java.util.Map;

/** What a shell would say of the end of a task. */
final class ExitCodes {
    /** Signals by the names that tasks report; a shell adds 128 to their numbers. */
    private static final Map<String, Integer> SIGNALS = Map.ofEntries(
            Map.entry("Hangup", 1),
            Map.entry("Interrupt", 2),
            Map.entry("Quit", 3),
            Map.entry("Illegal instruction", 4),
            Map.entry("Trace/breakpoint trap", 5),
            Map.entry("Aborted", 6),
            Map.entry("Bus error", 7),
            Map.entry("Floating point exception", 8),
            Map.entry("Killed", 9),
            Map.entry("User defined signal 1", 10),
            Map.entry("Segmentation fault", 11),
            Map.entry("User defined signal 2", 12),
            Map.entry("Broken pipe", 13),
            Map.entry("Alarm clock", 14),
            Map.entry("Terminated", 15));

    private ExitCodes() {}

    /** Returns the first that is not zero, in order of the tasks. */
    static int of(Collection<TaskStatus> statuses) {
        return statuses.stream()
                .mapToInt(ExitCodes::of)
                .filter(code -> code != 0)
                .findFirst()
                .orElse(0);
    }

    /** Returns the exit code; 128 and the number of the signal that ended it; or 1 if it never got so far. */
    static int of(TaskStatus status) {
        if (status.exitCode().isPresent()) {
            return status.exitCode().getAsInt();
        }
        if (status.signal().isPresent()) {
            Integer signal = SIGNALS.get(status.signal().get());
            return signal == null ? 128 : 128 + signal;
        }
        return status.state() == TaskState.TASK_FINISHED ? 0 : 1;
    }
}
