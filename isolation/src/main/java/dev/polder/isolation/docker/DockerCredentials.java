package dev.polder.isolation.docker;

import dev.polder.isolation.json.JsonText;
import java.util.Map;

/** Who asks a registry. Its text does not show the password. */
public record DockerCredentials(String user, String password, String registry) {
    /** Returns what the header {@code X-Registry-Auth} has. */
    String header() {
        return EngineCalls.base64(
                JsonText.write(Map.of("username", user, "password", password, "serveraddress", registry)));
    }

    @Override
    public String toString() {
        return "DockerCredentials[user=" + user + ", registry=" + registry + "]";
    }
}
