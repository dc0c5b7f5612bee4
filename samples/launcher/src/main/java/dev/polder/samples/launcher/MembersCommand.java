package dev.polder.samples.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code members}: which masters a cluster has, and others. */
@Command(
        name = "members",
        description = "Show or change the masters of a cluster.",
        footer = {
            "",
            "A new master is started with --set join=true and the seeds of the cluster, then",
            "added; it gets the state before it counts. To replace one, add the new one and",
            "remove the old one; of seven masters remove one first. One that lost its disk is",
            "removed, started with --set join=true and its seeds as ever, and added."
        })
final class MembersCommand implements Runnable {
    /** So long is asked again while nobody leads. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final JsonFactory JSON = new JsonFactory();

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connect",
            paramLabel = "MASTER,...",
            defaultValue = "127.0.0.1:5050",
            scope = ScopeType.INHERIT,
            description = "Any masters of the cluster, host:port; the first that listens is asked"
                    + " (default: ${DEFAULT-VALUE})")
    private String masters = "";

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, add or remove");
    }

    @Command(name = "list", description = "Show the masters, one a line, and whom the asked one does not talk to.")
    void list() throws InterruptedException, LauncherException {
        show(ask("GET", "").body(), "reason");
    }

    @Command(name = "add", description = "Make a node a master, which waits to be one.")
    void add(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The node") String member)
            throws InterruptedException, LauncherException {
        show(ask("POST", "?add=" + URLEncoder.encode(member, StandardCharsets.UTF_8)).body(), "");
    }

    @Command(name = "remove", description = "Have a master be none any more.")
    void remove(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The master") String member)
            throws InterruptedException, LauncherException {
        show(ask("POST", "?remove=" + URLEncoder.encode(member, StandardCharsets.UTF_8)).body(), "");
    }

    private Masters.Answer ask(String method, String query) throws InterruptedException, LauncherException {
        CommandLine command = spec.commandLine();
        Masters cluster;
        try {
            cluster = Masters.parse(masters, PATIENCE, command.getErr());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(command, "--connect: " + wrong.getMessage(), wrong);
        }
        return cluster.ask(method, "/polder/v1/members" + query);
    }

    /** Shows the members; and what others the asked one does not talk to, if their reasons are wanted. */
    private void show(String answer, String wanted) throws LauncherException {
        PrintWriter out = spec.commandLine().getOut();
        String field = "";
        String member = "";
        try (JsonParser json = JSON.createParser(answer)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    field = json.currentName();
                } else if (token == JsonToken.VALUE_STRING && field.equals("members")) {
                    out.println(json.getText());
                } else if (token == JsonToken.VALUE_STRING && field.equals("member")) {
                    member = json.getText();
                } else if (token == JsonToken.VALUE_STRING && field.equals(wanted)) {
                    out.println("does not talk to " + member + ": " + json.getText());
                }
            }
        } catch (IOException e) {
            throw new LauncherException("masters " + masters + ": the answer cannot be read: " + e.getMessage());
        }
    }
}
