package dev.polder.samples.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
            "remove the old one; of seven masters remove one first."
        })
final class MembersCommand implements Runnable {
    /** A new member is sent the whole state before the answer comes. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int REDIRECTS_MAX = 5;
    private static final JsonFactory JSON = new JsonFactory();

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connect",
            paramLabel = "MASTER",
            defaultValue = "127.0.0.1:5050",
            scope = ScopeType.INHERIT,
            description = "Any master of the cluster, host:port (default: ${DEFAULT-VALUE})")
    private String master = "";

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, add or remove");
    }

    @Command(name = "list", description = "Show the masters, one a line, and whom the asked one does not talk to.")
    void list() throws InterruptedException, LauncherException {
        show(ask("GET", ""), "reason");
    }

    @Command(name = "add", description = "Make a node a master, which waits to be one.")
    void add(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The node") String member)
            throws InterruptedException, LauncherException {
        show(ask("POST", "?add=" + URLEncoder.encode(member, StandardCharsets.UTF_8)), "");
    }

    @Command(name = "remove", description = "Have a master be none any more.")
    void remove(@Parameters(paramLabel = "HOST:RAFTPORT", description = "The master") String member)
            throws InterruptedException, LauncherException {
        show(ask("POST", "?remove=" + URLEncoder.encode(member, StandardCharsets.UTF_8)), "");
    }

    private String ask(String method, String query) throws InterruptedException, LauncherException {
        HttpClient http = HttpClient.newHttpClient();
        URI uri = uri("//" + master + "/polder/v1/members" + query);
        for (int i = 0; i <= REDIRECTS_MAX; i++) {
            HttpResponse<String> answer = send(http, method, uri);
            if (answer.statusCode() == 200) {
                return answer.body();
            }
            if (answer.statusCode() != 307) {
                throw new LauncherException(answer.body().isEmpty() ? "status " + answer.statusCode() : answer.body());
            }
            uri = uri(answer.headers().firstValue("Location").orElse(""));
        }
        throw new LauncherException("after " + REDIRECTS_MAX + " redirections nobody has answered");
    }

    private static HttpResponse<String> send(HttpClient http, String method, URI uri)
            throws InterruptedException, LauncherException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            // its message is often none
            throw new LauncherException("master " + uri.getAuthority() + ": cannot be asked: "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        }
    }

    private URI uri(String address) {
        try {
            return URI.create("http:" + address);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--connect " + master + ": is no host:port", e);
        }
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
            throw new LauncherException("master " + master + ": its answer cannot be read: " + e.getMessage());
        }
    }
}
