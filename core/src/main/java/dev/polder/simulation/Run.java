package dev.polder.simulation;

import com.google.protobuf.ByteString;
import dev.polder.wire.proto.Mesos.TaskState;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a framework to have a task run, and all that was seen of it anywhere. Task ids may be used again; a run's
 * number is not.
 */
final class Run {
    /** What the process is to do; it travels in the command, so that every part of the cluster knows its run. */
    record Plan(int number, long ms, int exitCode, boolean obeys) {
        String command() {
            return "run " + number + " " + ms + " " + exitCode + " " + obeys;
        }

        static Plan ofCommand(String command) {
            String[] words = command.split(" ", -1);
            return new Plan(
                    Integer.parseInt(words[1]),
                    Long.parseLong(words[2]),
                    Integer.parseInt(words[3]),
                    Boolean.parseBoolean(words[4]));
        }
    }

    final Plan plan;
    final String taskId;
    /** It has a time after which its agent ends it. */
    boolean limited;

    // what the log says
    boolean launched;
    String agentId = "";
    TaskState state = TaskState.TASK_STAGING;

    @Nullable
    TaskState end;

    ByteString endUuid = ByteString.EMPTY;
    boolean acknowledged;
    boolean removed;

    // what the hosts say
    int starts;
    boolean processLives;
    final Set<ByteString> made = new HashSet<>();

    // what its framework was told
    boolean refused;
    int lastRank = -1;
    final Set<ByteString> heard = new HashSet<>();

    @Nullable
    TaskState heardLast;
    /** A master said, when asked, that it is over. */
    boolean toldOver;

    Run(Plan plan, String taskId) {
        this.plan = plan;
        this.taskId = taskId;
    }

    /** Tells whether the log has it end, one way or another. */
    boolean isOver() {
        return end != null || removed;
    }

    /** Tells whether the cluster keeps it among the completed only: its task id is free. */
    boolean isForgotten() {
        return acknowledged || (end != null && endUuid.isEmpty());
    }

    @Override
    public String toString() {
        return "run " + plan.number() + " (task " + taskId + ")";
    }
}
