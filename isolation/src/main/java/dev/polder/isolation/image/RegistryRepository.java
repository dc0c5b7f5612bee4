package dev.polder.isolation.image;

import dev.polder.isolation.image.RegistryCredentials.Login;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One repository of a registry, as one thread pulls from it. */
final class RegistryRepository implements ImageSource.Repository {
    private static final int REDIRECTS_MAX = 5;
    private static final int ERROR_BYTES_MAX = 2048;
    private static final long BACKOFF_MILLIS = 200;
    private static final String ACCEPT =
            String.join(", ", Manifest.OCI_INDEX, Manifest.DOCKER_INDEX, Manifest.OCI, Manifest.DOCKER);

    private final ImageReference reference;
    private final RegistrySettings settings;
    private final RegistryHttp http;
    private final RegistryTokens tokens;
    private final Optional<Login> login;
    private final Pause pause;
    private final URI base;
    private @Nullable String authorization;

    RegistryRepository(
            ImageReference reference,
            RegistrySettings settings,
            RegistryHttp http,
            RegistryTokens tokens,
            Optional<Login> login,
            Pause pause) {
        this.reference = reference;
        this.settings = settings;
        this.http = http;
        this.tokens = tokens;
        this.login = login;
        this.pause = pause;
        String registry = reference.registry();
        // the well-known registry answers under another name than images carry
        String host = registry.equals(ImageReference.REGISTRY_DEFAULT) ? "registry-1." + registry : registry;
        this.base = URI.create(
                (settings.isPlain(registry) ? "http://" : "https://") + host + "/v2/" + reference.repository() + "/");
    }

    @Override
    public Manifest.Document document() throws IOException {
        return document(reference.version());
    }

    @Override
    public Manifest.Document document(Descriptor manifest) throws IOException {
        return document(manifest.digest().toString());
    }

    private Manifest.Document document(String version) throws IOException {
        IOException broken = null;
        for (int attempt = 1; attempt <= settings.attemptsMax(); attempt++) {
            try (RegistryHttp.Answer answer = answer(base.resolve("manifests/" + version), Map.of("Accept", ACCEPT))) {
                String type = answer.header("Content-Type");
                try {
                    byte[] bytes = answer.bytes(Manifest.BYTES_MAX);
                    return new Manifest.Document(
                            bytes,
                            type == null ? "" : type.replaceFirst(";.*", "").strip());
                } catch (ImageException e) {
                    throw e;
                } catch (IOException e) {
                    throwIfInterrupted(e);
                    broken = e;
                }
            }
        }
        throw new IOException("manifest " + version + " of " + reference + " breaks off each time: " + broken, broken);
    }

    @Override
    public ImageSource.Blob blob(Descriptor blob, long from) throws IOException {
        Map<String, String> headers = from == 0 ? Map.of() : Map.of("Range", "bytes=" + from + "-");
        RegistryHttp.Answer answer = answer(base.resolve("blobs/" + blob.digest()), headers);
        try {
            String range = answer.header("Content-Range");
            boolean continues =
                    answer.status() == 206 && range != null && range.strip().startsWith("bytes " + from + "-");
            if (answer.status() == 206 && !continues) {
                throw new ImageException("blob " + blob.digest() + ": asked for bytes from " + from
                        + ", the registry sends '" + range + "'");
            }
            return new ImageSource.Blob(answer.body(), continues ? from : 0);
        } catch (IOException | RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    /** Returns an answer of success, after redirects, challenges and waits. The taker closes it. */
    private RegistryHttp.Answer answer(URI address, Map<String, String> headers) throws IOException {
        IOException broken = null;
        for (int attempt = 1; attempt <= settings.attemptsMax(); attempt++) {
            if (broken != null) {
                waitFor(backoff(attempt));
            }
            RegistryHttp.Answer answer;
            try {
                answer = authorized(address, headers);
                broken = null;
            } catch (ImageException e) {
                throw e;
            } catch (IOException e) {
                throwIfInterrupted(e);
                broken = e;
                continue;
            }
            if (answer.status() == 200 || answer.status() == 206) {
                return answer;
            }
            try (answer) {
                boolean later = answer.status() == 429 || answer.status() >= 500;
                if (!later || attempt == settings.attemptsMax()) {
                    throw new ImageException(refusal(address, answer));
                }
                waitFor(retryAfter(answer, attempt));
            }
        }
        throw new IOException(
                address + " was not reached in " + settings.attemptsMax() + " attempts: " + broken, broken);
    }

    private Duration retryAfter(RegistryHttp.Answer answer, int attempt) throws ImageException {
        String header = answer.header("Retry-After");
        Duration time = backoff(attempt);
        if (header != null && header.strip().matches("[0-9]{1,9}")) {
            time = Duration.ofSeconds(Long.parseLong(header.strip()));
        }
        if (time.compareTo(settings.retryAfterMax()) > 0) {
            throw new ImageException(reference.registry() + " asks to wait for " + time + ", longer than retryAfterMax="
                    + settings.retryAfterMax());
        }
        return time;
    }

    private static Duration backoff(int attempt) {
        return Duration.ofMillis(BACKOFF_MILLIS << Math.min(attempt, 8));
    }

    /** One attempt, and one more with the answer to a challenge. */
    private RegistryHttp.Answer authorized(URI address, Map<String, String> headers) throws IOException {
        RegistryHttp.Answer first = redirected(address, headers);
        if (first.status() != 401) {
            return first;
        }
        try (first) {
            for (String header : first.headers("WWW-Authenticate")) {
                Challenge challenge = Challenge.parse(header);
                String answer = challenge == null ? null : tokens.answer(challenge, reference, login, authorization);
                if (answer != null && !answer.equals(authorization)) {
                    authorization = answer;
                    return redirected(address, headers);
                }
            }
            throw new ImageException(refusal(address, first));
        }
    }

    /** Goes where the registry points, without telling another host who we are. */
    private RegistryHttp.Answer redirected(URI first, Map<String, String> headers) throws IOException {
        URI address = first;
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            Map<String, String> sent = new LinkedHashMap<>(headers);
            String mine = authorization;
            if (mine != null && isOurs(address)) {
                sent.put("Authorization", mine);
            }
            RegistryHttp.Answer answer = http.get(address, sent);
            String location = answer.header("Location");
            if (answer.status() < 300 || answer.status() >= 400 || location == null) {
                return answer;
            }
            answer.close();
            address = target(address, location);
        }
        throw new ImageException(first + " is redirected more than REDIRECTS_MAX=" + REDIRECTS_MAX + " times");
    }

    private boolean isOurs(URI address) {
        return base.getScheme().equals(address.getScheme())
                && base.getRawAuthority().equals(address.getRawAuthority());
    }

    private URI target(URI from, String location) throws ImageException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new ImageException(from + " is redirected to '" + location + "', which is not an address", e);
        }
        boolean secure = "https".equals(to.getScheme());
        boolean plain = "http".equals(to.getScheme())
                && "http".equals(from.getScheme())
                && to.getRawAuthority() != null
                && settings.isPlain(to.getRawAuthority());
        if (!secure && !plain) {
            throw new ImageException(from + " is redirected to " + to + ", which is not reached by https");
        }
        return to;
    }

    private String refusal(URI address, RegistryHttp.Answer answer) {
        String said = "";
        try {
            byte[] bytes = answer.body().readNBytes(ERROR_BYTES_MAX);
            said = new String(bytes, StandardCharsets.UTF_8)
                    .replaceAll("[\\p{Cntrl}\\s]+", " ")
                    .strip();
        } catch (IOException unread) {
            // the status says enough
        }
        String who = login.map(known -> " to user '" + known.user() + "'").orElse(" to nobody");
        return address + " answers " + answer.status() + (answer.status() == 401 ? who : "")
                + (said.isEmpty() ? "" : ": " + said);
    }

    private void waitFor(Duration time) throws IOException {
        try {
            pause.pause(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while pulling " + reference);
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** By its type alone, the time-out of a socket would be an interruption too. */
    private static void throwIfInterrupted(IOException e) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw e;
        }
    }

    @Override
    public void close() {
        authorization = null;
    }
}
