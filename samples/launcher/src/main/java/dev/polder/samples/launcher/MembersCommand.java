package dev.polder.samples.launcher;

import java.io.IOException;
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

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connect",
            paramLabel = "MASTER,...",
            defaultValue = "127.0.0.1:5050",
            scope = ScopeType.INHERIT,
            description = "Any masters of the cluster, host:port, the port 5050 if missing; the first that listens"
                    + " is asked (default: ${DEFAULT-VALUE})")
    private String masters = "";

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, add or remove");
    }

    @Command(
            name = "list",
            description = {
                "Show the masters, one a line, who of them leads, whom the asked one does not reach,",
                "and whom it does not talk to."
            })
    void list() throws InterruptedException, LauncherException {
        MembersAnswer answer = read(ask("GET", ""));
        show(answer);
        answer.refusals()
                .forEach((member, reason) ->
                        spec.commandLine().getOut().println("does not talk to " + member + ": " + reason));
    }

    @Command(
            name = "add",
            description = "Make a node a master, which waits to be one.",
            exitCodeList = {"0:it is one", "1:it is none"})
    void add(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The node") String member)
            throws InterruptedException, LauncherException {
        Masters.Answer answer = ask("POST", "?add=" + URLEncoder.encode(member, StandardCharsets.UTF_8));
        MembersAnswer after = read(answer);
        if (!after.changed() && !answer.isAgain()) {
            spec.commandLine().getErr().println("polder: " + member + " is a member already");
        }
        show(after);
    }

    @Command(
            name = "remove",
            description = "Have a master be none any more.",
            exitCodeList = {"0:it is none any more", "1:it was none, or still is one"})
    void remove(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The master") String member)
            throws InterruptedException, LauncherException {
        Masters.Answer answer = ask("POST", "?remove=" + URLEncoder.encode(member, StandardCharsets.UTF_8));
        MembersAnswer after = read(answer);
        if (!after.changed() && !answer.isAgain()) {
            throw new LauncherException(
                    member + " is no member; the members are " + String.join(", ", after.members()));
        }
        show(after);
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

    private MembersAnswer read(Masters.Answer answer) throws LauncherException {
        try {
            return MembersAnswer.parse(answer.body());
        } catch (IOException e) {
            throw new LauncherException("masters " + masters + ": the answer cannot be read: " + e.getMessage());
        }
    }

    private void show(MembersAnswer answer) {
        answer.lines().forEach(spec.commandLine().getOut()::println);
    }
}
