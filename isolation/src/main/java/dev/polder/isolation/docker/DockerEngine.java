package dev.polder.isolation.docker;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.docker.EngineCalls.Call;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A client of one Docker Engine. Each call has a connection of its own; there is nothing to close, and any thread may
 * call. A container is named by its id or its name.
 *
 * <p>Errors: {@link DockerException} is the engine's answer; {@link SocketTimeoutException} is silence; any other {@link
 * IOException} is the connection's, or an answer that is none. What became of a call that failed in the last two ways is
 * not known.
 */
public final class DockerEngine {
    private static final int NOT_MODIFIED = 304;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final EngineCalls calls;

    private DockerEngine(EngineCalls calls) {
        this.calls = calls;
    }

    /**
     * Asks an engine which version of the API it speaks, and takes the newest one that both know.
     *
     * @param socket of the engine, mostly {@code /var/run/docker.sock}
     * @param silenceMax how long the engine may say nothing in a call that does not wait for something
     * @throws IOException if nobody answers there, or the engine is too old
     */
    public static DockerEngine connect(Path socket, Duration silenceMax) throws IOException {
        return new DockerEngine(EngineCalls.negotiate(socket, silenceMax));
    }

    /** Returns the version of the API that is spoken, such as {@code 1.41}. */
    public String apiVersion() {
        return calls.version();
    }

    /**
     * Pulls an image, unless the engine has it as it is at the registry.
     *
     * @param image with its registry, if it is not Docker's, and its tag or digest
     * @param silenceMax how long there may be no progress
     * @throws DockerException if it does not come, with status 200 if that turned out on the way
     */
    public void pull(String image, Duration silenceMax, DockerPull.Listener listener) throws IOException {
        DockerPull.run(calls, image, Optional.empty(), silenceMax, listener);
    }

    /** Pulls an image, as {@link #pull(String, Duration, DockerPull.Listener)} does, as somebody whom the registry knows. */
    public void pull(String image, DockerCredentials credentials, Duration silenceMax, DockerPull.Listener listener)
            throws IOException {
        DockerPull.run(calls, image, Optional.of(credentials), silenceMax, listener);
    }

    /** Tells whether the engine has an image. */
    public boolean hasImage(String image) throws IOException {
        Call inspect = Call.get("/images/" + EngineCalls.image(image) + "/json");
        try {
            calls.json(inspect);
            return true;
        } catch (DockerException e) {
            if (e.status() == NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /** Makes a container, which does not run yet. Returns the engine's id of it. */
    public String create(ContainerId id, DockerRun run) throws IOException {
        return create(id, run, Optional.empty());
    }

    /**
     * Makes a container as {@link #create(ContainerId, DockerRun)} does, for one of several nodes.
     *
     * @param node its name, as {@link #containersOf} is asked
     */
    public String create(ContainerId id, DockerRun run, String node) throws IOException {
        return create(id, run, Optional.of(node));
    }

    private String create(ContainerId id, DockerRun run, Optional<String> node) throws IOException {
        requireNonNull(id, "id");
        Call create = Call.post("/containers/create")
                .query("name", DockerRun.nameOf(id))
                .body(run.toCreate(id, node));
        return calls.json(create).get("Id").text();
    }

    /** Starts a container; if it runs already nothing happens. */
    public void start(String container) throws IOException {
        calls.run(onContainer(container, "start"), NOT_MODIFIED);
    }

    /**
     * Waits until a container does not run. Returns its exit code, empty if it still runs when {@code timeMax} is over.
     * One that was never started does not run either, with the code 0.
     */
    public OptionalInt await(String container, Duration timeMax) throws IOException {
        Call wait = onContainer(container, "wait").silenceMax(timeMax);
        try {
            JsonValue answer = calls.json(wait);
            return OptionalInt.of(Math.toIntExact(answer.get("StatusCode").number()));
        } catch (SocketTimeoutException e) {
            return OptionalInt.empty();
        }
    }

    /**
     * Tells a container's first process to end (its image says by which signal) and kills all of it after {@code grace},
     * in whole seconds. Returns when it has ended.
     */
    public void stop(String container, Duration grace) throws IOException {
        Call stop = onContainer(container, "stop")
                .query("t", Long.toString(grace.toSeconds()))
                .silenceMax(grace.plus(calls.silenceMax()));
        calls.run(stop, NOT_MODIFIED);
    }

    /** Sends a signal, such as {@code SIGKILL}, to a container's first process; if it does not run nothing happens. */
    public void kill(String container, String signal) throws IOException {
        calls.run(onContainer(container, "kill").query("signal", signal), CONFLICT);
    }

    /** Removes a container and its nameless volumes, kills it if it runs; if it is not there nothing happens. */
    public void remove(String container) throws IOException {
        Call remove = Call.delete("/containers/" + EngineCalls.name(container))
                .query("force", "true")
                .query("v", "true");
        calls.run(remove, NOT_FOUND);
    }

    /** Returns what the engine knows of a container, empty if it knows none of that name. */
    public Optional<DockerContainer> inspect(String container) throws IOException {
        try {
            return Optional.of(DockerContainer.inspected(
                    calls.json(Call.get("/containers/" + EngineCalls.name(container) + "/json"))));
        } catch (DockerException e) {
            if (e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Returns all containers, ended ones too, that {@link DockerRun} has labelled, by their engine's ids. */
    public Map<String, ContainerId> containers() throws IOException {
        return containers(DockerRun.LABEL);
    }

    /** Returns all containers, ended ones too, that were made for this node, by their engine's ids. */
    public Map<String, ContainerId> containersOf(String node) throws IOException {
        return containers(DockerRun.NODE_LABEL + "=" + node);
    }

    private Map<String, ContainerId> containers(String label) throws IOException {
        Call list =
                Call.get("/containers/json").query("all", "true").query("filters", EngineCalls.filter("label", label));
        return DockerContainer.labelled(calls.json(list));
    }

    /** Returns what a running container uses at this moment. It takes the engine some milliseconds. */
    public DockerUsage usage(String container) throws IOException {
        Call stats = Call.get("/containers/" + EngineCalls.name(container) + "/stats")
                .query("stream", "false")
                .query("one-shot", "true");
        return DockerUsage.of(calls.json(stats));
    }

    /**
     * Returns what a container has written, and goes on with what it writes if {@code follow}.
     *
     * @param terminal does the container have a terminal?
     * @param silenceMax how long it may write nothing
     */
    public DockerStream logs(String container, boolean terminal, boolean follow, Duration silenceMax)
            throws IOException {
        Call logs = Call.get("/containers/" + EngineCalls.name(container) + "/logs")
                .query("stdout", "true")
                .query("stderr", "true")
                .query("follow", Boolean.toString(follow))
                .silenceMax(silenceMax);
        return new DockerStream(calls.answer(logs), terminal);
    }

    /**
     * Attaches to a container's input and output; what it wrote before does not come.
     *
     * @param terminal does the container have a terminal?
     * @param silenceMax how long it may write nothing
     */
    public DockerStream attach(String container, boolean terminal, Duration silenceMax) throws IOException {
        Call attach = onContainer(container, "attach")
                .query("stream", "true")
                .query("stdin", "true")
                .query("stdout", "true")
                .query("stderr", "true")
                .upgrade()
                .silenceMax(silenceMax);
        return new DockerStream(calls.answer(attach), terminal);
    }

    /** Sets the size of a running container's terminal. */
    public void resize(String container, int rows, int columns) throws IOException {
        calls.run(sized(onContainer(container, "resize"), rows, columns));
    }

    /** Prepares a command in a running container. Returns the engine's id of it, for {@link #startExec}. */
    public String createExec(String container, List<String> command, boolean terminal) throws IOException {
        Map<String, Object> body = Map.of(
                "AttachStdin", true, "AttachStdout", true, "AttachStderr", true, "Tty", terminal, "Cmd", command);
        return calls.json(onContainer(container, "exec").body(body)).get("Id").text();
    }

    /** Runs a prepared command, once; its output ends when it does. */
    public DockerStream startExec(String exec, boolean terminal, Duration silenceMax) throws IOException {
        Call start = Call.post("/exec/" + EngineCalls.name(exec) + "/start")
                .body(Map.of("Detach", false, "Tty", terminal))
                .upgrade()
                .silenceMax(silenceMax);
        return new DockerStream(calls.answer(start), terminal);
    }

    /** Sets the size of a running command's terminal. */
    public void resizeExec(String exec, int rows, int columns) throws IOException {
        calls.run(sized(Call.post("/exec/" + EngineCalls.name(exec) + "/resize"), rows, columns));
    }

    /** Returns how a command has ended, empty if it has not. */
    public OptionalInt exitCodeOfExec(String exec) throws IOException {
        JsonValue answer = calls.json(Call.get("/exec/" + EngineCalls.name(exec) + "/json"));
        return answer.get("Running").flag()
                ? OptionalInt.empty()
                : OptionalInt.of(Math.toIntExact(answer.get("ExitCode").number()));
    }

    /**
     * Listens to what happens to containers that {@link DockerRun} has labelled.
     *
     * @param sinceSeconds of Unix time: what happened from then on comes first, as far as the engine remembers
     * @param silenceMax how long nothing may happen
     */
    public DockerEvents events(long sinceSeconds, Duration silenceMax) throws IOException {
        Map<String, Object> filters = Map.of("type", List.of("container"), "label", List.of(DockerRun.LABEL));
        Call events = Call.get("/events")
                .query("since", Long.toString(sinceSeconds))
                .query("filters", EngineCalls.text(filters))
                .silenceMax(silenceMax);
        return new DockerEvents(calls.answer(events));
    }

    private static Call onContainer(String container, String deed) {
        return Call.post("/containers/" + EngineCalls.name(container) + "/" + deed);
    }

    private static Call sized(Call call, int rows, int columns) {
        return call.query("h", Integer.toString(rows)).query("w", Integer.toString(columns));
    }
}
