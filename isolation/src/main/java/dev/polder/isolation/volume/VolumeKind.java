package dev.polder.isolation.volume;

import dev.polder.isolation.ContainerVolume;

/** The kinds of volumes that a node may or may not give its containers. */
public enum VolumeKind {
    /** A path of the host. */
    HOST_PATH,
    /** A part of the container's own sandbox. */
    SANDBOX_PATH,
    /** A secret in memory. */
    SECRET,
    /** The tree of an image. */
    IMAGE,
    /** What a driver provides. */
    EXTERNAL;

    /** Returns the kind of what a container wants. */
    public static VolumeKind of(ContainerVolume.Source source) {
        if (source instanceof ContainerVolume.HostPath) {
            return HOST_PATH;
        }
        if (source instanceof ContainerVolume.SandboxPath) {
            return SANDBOX_PATH;
        }
        if (source instanceof ContainerVolume.Secret) {
            return SECRET;
        }
        return source instanceof ContainerVolume.OfImage ? IMAGE : EXTERNAL;
    }
}
