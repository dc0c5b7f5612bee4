package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;

/**
 * Registries that speak the distribution API, version 2, of whatever host a reference names. Has no threads; any
 * thread may pull. {@link #close} ends pulls with an {@code IOException}.
 */
public final class RegistryClient extends ImageSource implements Closeable {
    private final RegistrySettings settings;
    private final Pause pause;
    private final RegistryHttp http;
    private final RegistryTokens tokens;

    private RegistryClient(RegistrySettings settings, Pause pause) {
        this.settings = settings;
        this.pause = pause;
        this.http = new RegistryHttp(settings);
        this.tokens = new RegistryTokens(settings, http, System::nanoTime);
    }

    /** Returns a client; nothing is connected yet. */
    public static RegistryClient open(RegistrySettings settings) {
        return new RegistryClient(requireNonNull(settings, "settings"), Pause.REAL);
    }

    static RegistryClient open(RegistrySettings settings, Pause pause) {
        return new RegistryClient(settings, pause);
    }

    @Override
    Repository open(ImageReference reference, RegistryCredentials credentials) {
        return new RegistryRepository(
                reference, settings, http, tokens, credentials.login(reference.registry()), pause);
    }

    @Override
    public void close() {
        http.close();
    }
}
