package dev.polder.isolation.docker;

import dev.polder.isolation.docker.EngineCalls.Call;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An image on its way to the engine. */
public final class DockerPull {
    private static final int OK = 200;

    private DockerPull() {}

    /** Hears of progress, in the caller's thread; many times a second. */
    public interface Listener {
        /**
         * A step of a layer, or of the whole if {@code layer} is empty.
         *
         * @param status in the engine's words
         * @param bytes done, and {@code bytesTotal} of how many; 0 if it does not say
         */
        void onProgress(String layer, String status, long bytes, long bytesTotal);
    }

    static void run(
            EngineCalls calls,
            String image,
            Optional<DockerCredentials> credentials,
            Duration silenceMax,
            Listener listener)
            throws IOException {
        String name = EngineCalls.image(image);
        boolean tagged = name.contains("@") || name.indexOf(':', name.lastIndexOf('/') + 1) >= 0;
        // without a tag the engine would pull all of them
        Call pull = Call.post("/images/create")
                .query("fromImage", tagged ? name : name + ":latest")
                .silenceMax(silenceMax);
        if (credentials.isPresent()) {
            pull = pull.header("X-Registry-Auth", credentials.get().header());
        }
        try (HttpAnswer answer = calls.answer(pull)) {
            JsonLines lines = new JsonLines(answer.body(), "the progress of " + image);
            for (Optional<JsonValue> line = lines.next(); line.isPresent(); line = lines.next()) {
                JsonValue step = line.get();
                if (step.get("error").isPresent()) {
                    throw new DockerException(
                            "pull of " + image, OK, step.get("error").text());
                }
                JsonValue detail = step.get("progressDetail");
                listener.onProgress(
                        step.get("id").text(""),
                        step.get("status").text(""),
                        detail.get("current").number(0),
                        detail.get("total").number(0));
            }
        }
    }
}
