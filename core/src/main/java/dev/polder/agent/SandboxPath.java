package dev.polder.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A path of a client, taken apart: which run of which task, and what in its sandbox. It is text only; whether there is
 * such a file is another question.
 *
 * <pre>
 *  {root}/slaves/{agent}/frameworks/{framework}/executors/{task}/runs/{run}/{names...}
 *                       /frameworks/{framework}/executors/{task}/runs/{run}/{names...}     of the agent that is asked
 * </pre>
 *
 * @param steps from the root to the sandbox, eight names of which none is {@code ..}; the last may be {@code latest}
 * @param names from the sandbox on, none is empty or {@code .}
 */
record SandboxPath(List<String> steps, List<String> names) {
    /** The run that was started last, by the link that {@link Sandboxes} makes. */
    static final String LATEST = "latest";

    private static final List<String> FIXED = List.of("slaves", "frameworks", "executors", "runs");
    private static final int STEPS = 2 * FIXED.size();
    private static final String UP = "..";

    SandboxPath {
        steps = List.copyOf(steps);
        names = List.copyOf(names);
    }

    /**
     * Takes a path apart.
     *
     * @param root below which the sandboxes are
     * @param agent the id of the agent that is asked, empty if it has none yet
     * @return null if the path is of no sandbox
     */
    static @Nullable SandboxPath parse(Path root, String agent, String text) {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            return null;
        }
        List<String> all = Arrays.stream(text.split("/", -1))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
        List<String> above = StreamSupport.stream(root.spliterator(), false)
                .map(Path::toString)
                .toList();
        List<String> below = new ArrayList<>();
        if (all.size() > above.size() && all.subList(0, above.size()).equals(above)) {
            below.addAll(all.subList(above.size(), all.size()));
        } else if (!agent.isEmpty()) {
            below.addAll(List.of(FIXED.get(0), agent));
            below.addAll(all);
        }
        if (below.size() < STEPS || below.subList(0, STEPS).contains(UP)) {
            return null;
        }
        for (int i = 0; i < FIXED.size(); i++) {
            if (!below.get(2 * i).equals(FIXED.get(i))) {
                return null;
            }
        }
        return new SandboxPath(below.subList(0, STEPS), below.subList(STEPS, below.size()));
    }

    /** Tells whether it asks for what is above something: there is no need to, and it is how one leaves a sandbox. */
    boolean goesUp() {
        return names.contains(UP);
    }

    /** Returns the run, {@link #LATEST} or a container's id. */
    String run() {
        return steps.get(STEPS - 1);
    }
}
