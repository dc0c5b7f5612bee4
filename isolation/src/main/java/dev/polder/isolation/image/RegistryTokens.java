package dev.polder.isolation.image;

import dev.polder.isolation.image.RegistryCredentials.Login;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Gets the tokens that registries want, and keeps them while they are good. Any thread may ask. */
final class RegistryTokens {
    private static final int TOKENS_MAX = 256;
    private static final int BYTES_MAX = 1 << 20;
    /** What a token service means that says nothing. */
    private static final long SECONDS_DEFAULT = 60;
    /** A token that is about to end is not used. */
    private static final long SECONDS_LEFT_MIN = 5;

    private record Key(String realm, String service, String scope, Optional<Login> login) {}

    private record Token(String header, long endNanos) {}

    private final RegistrySettings settings;
    private final RegistryHttp http;
    private final LongSupplier nanoTime;
    /** Guarded by itself; the eldest leaves when it is full. */
    private final Map<Key, Token> tokens = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Token> eldest) {
            return size() > TOKENS_MAX;
        }
    };

    RegistryTokens(RegistrySettings settings, RegistryHttp http, LongSupplier nanoTime) {
        this.settings = settings;
        this.http = http;
        this.nanoTime = nanoTime;
    }

    /**
     * Answers a challenge.
     *
     * @param refused what was sent before, so that it is not given again; null for nothing
     * @return the header {@code Authorization}, or null if there is no answer to that challenge
     */
    @Nullable
    String answer(Challenge challenge, ImageReference reference, Optional<Login> login, @Nullable String refused)
            throws IOException {
        if (challenge.scheme().equals("basic")) {
            return login.map(Login::basic).orElse(null);
        }
        if (!challenge.scheme().equals("bearer")) {
            return null;
        }
        String scope = challenge.parameter("scope");
        if (scope.isEmpty()) {
            scope = "repository:" + reference.repository() + ":pull";
        }
        Key key = new Key(challenge.parameter("realm"), challenge.parameter("service"), scope, login);
        synchronized (tokens) {
            Token kept = tokens.get(key);
            if (kept != null && !kept.header().equals(refused) && kept.endNanos() - nanoTime.getAsLong() > 0) {
                return kept.header();
            }
        }
        Token fresh = fetch(key);
        synchronized (tokens) {
            tokens.put(key, fresh);
        }
        return fresh.header();
    }

    private Token fetch(Key key) throws IOException {
        URI realm = realm(key.realm());
        StringBuilder query = new StringBuilder();
        if (realm.getRawQuery() != null) {
            query.append(realm.getRawQuery()).append('&');
        }
        if (!key.service().isEmpty()) {
            query.append("service=").append(encode(key.service())).append('&');
        }
        query.append("scope=").append(encode(key.scope()));
        String path = realm.getRawPath() == null ? "" : realm.getRawPath();
        URI address = URI.create(realm.getScheme() + "://" + realm.getRawAuthority() + path + "?" + query);
        Map<String, String> headers =
                key.login().map(login -> Map.of("Authorization", login.basic())).orElse(Map.of());
        try (RegistryHttp.Answer answer = http.get(address, headers)) {
            if (answer.status() != 200) {
                throw new ImageException("the token service " + realm + " answers " + answer.status() + " to "
                        + key.login()
                                .map(login -> "user '" + login.user() + "'")
                                .orElse("nobody"));
            }
            JsonObject document = JsonObject.parse(answer.bytes(BYTES_MAX), "the answer of the token service " + realm);
            String token = document.has("token") ? document.text("token") : document.text("access_token");
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new ImageException("the token service " + realm + " answers without a token");
            }
            long seconds = document.number("expires_in", SECONDS_DEFAULT);
            long goodFor = Math.max(0, Math.min(seconds, TimeUnit.DAYS.toSeconds(1)) - SECONDS_LEFT_MIN);
            return new Token("Bearer " + token, nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(goodFor));
        }
    }

    /** Passwords go to it, so it is reached by TLS wherever the registry is. */
    private URI realm(String text) throws ImageException {
        URI realm;
        try {
            realm = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new ImageException("the registry's token service '" + text + "' is not an address", e);
        }
        boolean plain = "http".equals(realm.getScheme())
                && realm.getRawAuthority() != null
                && settings.isPlain(realm.getRawAuthority());
        if (!plain && !("https".equals(realm.getScheme()) && realm.getRawAuthority() != null)) {
            throw new ImageException("the registry's token service '" + text
                    + "' is not reached by https, nor on loopback or a host that may be talked to without TLS");
        }
        return realm;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
