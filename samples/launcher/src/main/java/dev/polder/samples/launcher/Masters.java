package dev.polder.samples.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Some masters of a cluster, asked over HTTP. The first that answers is asked; it may send to another one, or have one come
 * again, which is done for so long. For one thread.
 */
final class Masters {
    static final int PORT = 5050;

    /** So long a master may take to change something: a new member is sent the whole state before. */
    private static final Duration CHANGE_LIMIT = Duration.ofMinutes(10);
    /** So long for a connection, or an answer that it knows: a master that stands still accepts, and says nothing. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final int REDIRECTS_MAX = 5;
    private static final int PORT_MAX = 65_535;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final List<String> addresses;
    private final Duration patience;
    private final PrintWriter err;

    /**
     * What a master has answered.
     *
     * @param body of a request that was carried out
     * @param isAgain whether it was asked before, and that may have been carried out, too
     */
    record Answer(String body, boolean isAgain) {}

    /** The answer to one try: of a request that was carried out its body, else why it was not for now. */
    private record Reply(boolean done, String text) {}

    private Masters(List<String> addresses, Duration patience, PrintWriter err) {
        this.addresses = addresses;
        this.patience = patience;
        this.err = err;
    }

    /**
     * Reads {@code host:port,host,[::1]:port}; a missing port is 5050.
     *
     * @param patience how long is asked again where one is told to
     * @param err told what is waited for
     * @throws IllegalArgumentException if one is no address; the message names it and the rule
     */
    static Masters parse(String list, Duration patience, PrintWriter err) {
        List<String> addresses = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            addresses.add(address(part.strip())
                    .orElseThrow(() -> new IllegalArgumentException("'" + part.strip() + "' in the masters '" + list
                            + "' is no host:port; the port may be missing, and is " + PORT + " then")));
        }
        return new Masters(addresses, patience, err);
    }

    private static Optional<String> address(String text) {
        try {
            URI uri = new URI("//" + text);
            String host = uri.getHost();
            int port = uri.getPort() < 0 ? PORT : uri.getPort();
            boolean isBare = text.chars().noneMatch(c -> "/?#@".indexOf(c) >= 0) && !text.endsWith(":");
            return host == null || !isBare || port > PORT_MAX ? Optional.empty() : Optional.of(host + ":" + port);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /**
     * Has a request carried out.
     *
     * @param pathAndQuery begins with a slash
     * @throws LauncherException if it is refused, nobody can be asked, or it was not carried out for so long
     */
    Answer ask(String method, String pathAndQuery) throws InterruptedException, LauncherException {
        long beganNs = System.nanoTime();
        String told = "";
        for (int tries = 1; ; tries++) {
            Reply reply = askOnce(method, pathAndQuery, tries == 1);
            if (reply.done()) {
                return new Answer(reply.text(), tries > 1);
            }
            if (System.nanoTime() - beganNs >= patience.toNanos()) {
                throw new LauncherException(reply.text() + "; it was asked for " + patience.toSeconds() + " s");
            }
            if (!reply.text().equals(told)) {
                told = reply.text();
                err.println("polder: " + told + "; asking again, for " + patience.toSeconds() + " s at most");
            }
            Thread.sleep(1_000); // Retry-After
        }
    }

    /** Asks the first one that answers, and whom that sends to. */
    private Reply askOnce(String method, String pathAndQuery, boolean isFirst)
            throws InterruptedException, LauncherException {
        List<String> silent = new ArrayList<>();
        List<String> slow = new ArrayList<>();
        for (String address : addresses) {
            try {
                return follow(method, address, pathAndQuery);
            } catch (ConnectException | HttpConnectTimeoutException e) {
                silent.add(address);
            } catch (HttpTimeoutException e) {
                slow.add(address);
            }
        }
        List<String> reasons = new ArrayList<>();
        if (!silent.isEmpty()) {
            reasons.add("nobody listens at " + String.join(", ", silent));
        }
        if (!slow.isEmpty()) {
            reasons.add(String.join(", ", slow) + " gave no answer for " + ANSWER_LIMIT.toSeconds() + " s");
        }
        String reason = String.join("; ", reasons);
        if (isFirst) {
            throw new LauncherException(reason);
        }
        return new Reply(false, reason);
    }

    /** Fails with one of the {@link IOException}s if nobody answers at the address itself. */
    private Reply follow(String method, String address, String pathAndQuery)
            throws InterruptedException, LauncherException, ConnectException, HttpTimeoutException {
        URI uri = URI.create("http://" + address + pathAndQuery);
        HttpResponse<String> answer = send(method, uri);
        for (int i = 0; i < REDIRECTS_MAX && answer.statusCode() == 307; i++) {
            uri = URI.create("http:" + answer.headers().firstValue("Location").orElse(""));
            try {
                answer = send(method, uri);
            } catch (ConnectException | HttpTimeoutException e) {
                return new Reply(false, "nobody answers at " + uri.getAuthority() + ", where the leader was");
            }
        }
        return switch (answer.statusCode()) {
            case 200 -> new Reply(true, answer.body());
            case 307 -> new Reply(false, "after " + REDIRECTS_MAX + " redirections nobody has answered");
            case 404 ->
                throw new LauncherException(
                        uri.getAuthority() + " is no master's port, perhaps an agent's: a master's is " + PORT
                                + " unless --master-port says otherwise");
            default -> notDone(answer);
        };
    }

    private static Reply notDone(HttpResponse<String> answer) throws LauncherException {
        if (answer.statusCode() == 503
                && answer.headers().firstValue("Retry-After").isPresent()) {
            return new Reply(false, answer.body());
        }
        throw new LauncherException(answer.body().isEmpty() ? "status " + answer.statusCode() : answer.body());
    }

    private HttpResponse<String> send(String method, URI uri)
            throws InterruptedException, LauncherException, ConnectException, HttpTimeoutException {
        boolean isChange = !method.equals("GET");
        if (isChange) {
            // whoever does not even say how he is would keep us waiting, and nobody would know what was changed
            HttpResponse<String> unused = send("GET", uri.resolve("/health"));
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(isChange ? CHANGE_LIMIT : ANSWER_LIMIT)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw e;
        } catch (HttpTimeoutException e) {
            if (isChange) {
                throw new LauncherException(uri.getAuthority() + " gave no answer for " + CHANGE_LIMIT.toMinutes()
                        + " min; whether anything was changed is not known");
            }
            throw e;
        } catch (IOException e) {
            throw new LauncherException(
                    uri.getAuthority() + " gave no answer of HTTP, as the Raft port does not: a master's"
                            + " port is " + PORT + " unless --master-port says otherwise"
                            + (isChange ? "; whether anything was changed is not known" : ""));
        }
    }
}
