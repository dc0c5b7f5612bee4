package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who we are to a registry. Must be usable by several threads at once. */
@FunctionalInterface
public interface RegistryCredentials {
    /** Nobody anywhere. */
    RegistryCredentials NONE = registry -> Optional.empty();

    /** Returns name and password for a registry, as {@link ImageReference#registry()} has it. */
    Optional<Login> login(String registry);

    /** A name and its password. */
    record Login(String user, String password) {
        /** Refuses null, and a name with a colon, which ends it. */
        public Login {
            requireNonNull(password, "password");
            if (user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("user '" + user + "' has a ':'");
            }
        }

        /** Returns the value of the header {@code Authorization}. */
        String basic() {
            byte[] bytes = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(bytes);
        }

        /** Keeps the password out of logs. */
        @Override
        public String toString() {
            return user + ":…";
        }
    }

    /**
     * Reads a {@code config.json} of Docker, of which the object {@code auths} counts. Programs that keep credentials
     * ({@code credsStore}, {@code credHelpers}) are not run.
     *
     * @throws ImageException if it is none
     */
    static RegistryCredentials ofDockerConfig(Path file) throws IOException {
        return ofDockerConfig(Files.readAllBytes(file), file.toString());
    }

    /**
     * Reads the bytes of a {@code config.json} of Docker.
     *
     * @param what names it in errors
     * @throws ImageException if it is none
     */
    static RegistryCredentials ofDockerConfig(byte[] document, String what) throws ImageException {
        JsonObject auths = JsonObject.parse(document, what).object("auths");
        Map<String, Login> logins = new LinkedHashMap<>();
        for (String name : auths.names()) {
            JsonObject auth = auths.object(name);
            String both = auth.has("auth")
                    ? decode(auth.text("auth"), what)
                    : auth.text("username") + ":" + auth.text("password");
            int colon = both.indexOf(':');
            if (colon > 0) {
                logins.put(registry(name), new Login(both.substring(0, colon), both.substring(colon + 1)));
            }
        }
        return registry -> Optional.ofNullable(logins.get(registry));
    }

    private static String decode(String base64, String what) throws ImageException {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // the text itself is a secret
            throw new ImageException(what + " has an 'auth' that is not base64");
        }
    }

    /** Old files name a registry by the address of its API. */
    private static String registry(String name) {
        String host = name.replaceFirst("^https?://", "");
        int slash = host.indexOf('/');
        host = slash < 0 ? host : host.substring(0, slash);
        return host.equals("index." + ImageReference.REGISTRY_DEFAULT) ? ImageReference.REGISTRY_DEFAULT : host;
    }
}
