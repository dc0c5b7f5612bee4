package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;

/**
 * One container's wish for an image.
 *
 * @param holder for whom the image is kept until {@link ImageStore#release}
 * @param cached whether the image that is here under that name will do; if not, the source is asked which one it means
 *     now, and only what is missing is fetched
 */
public record PullRequest(
        ContainerId holder,
        ImageReference reference,
        boolean cached,
        RegistryCredentials credentials,
        PullProgress progress) {
    /** Refuses null. */
    public PullRequest {
        requireNonNull(holder, "holder");
        requireNonNull(reference, "reference");
        requireNonNull(credentials, "credentials");
        requireNonNull(progress, "progress");
    }

    /** Returns a wish for whatever is here, without credentials. */
    public static PullRequest of(ContainerId holder, ImageReference reference) {
        return new PullRequest(holder, reference, true, RegistryCredentials.NONE, PullProgress.NONE);
    }

    /** Returns this wish, with the source asked or not. */
    public PullRequest withCached(boolean will) {
        return new PullRequest(holder, reference, will, credentials, progress);
    }

    /** Returns this wish of somebody whom registries know. */
    public PullRequest withCredentials(RegistryCredentials who) {
        return new PullRequest(holder, reference, cached, who, progress);
    }

    /** Returns this wish with somebody who hears how it gets on. */
    public PullRequest withProgress(PullProgress listener) {
        return new PullRequest(holder, reference, cached, credentials, listener);
    }
}
