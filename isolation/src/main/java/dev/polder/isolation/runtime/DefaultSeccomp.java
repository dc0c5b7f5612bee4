package dev.polder.isolation.runtime;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.oci.Architecture;
import dev.polder.isolation.oci.Capabilities;
import dev.polder.isolation.oci.KernelVersion;
import dev.polder.isolation.oci.SeccompFilter;
import dev.polder.isolation.oci.SeccompProfile;
import java.io.IOException;
import java.io.InputStream;

/**
 * The system calls that containers of images may not make: those that Docker's default profile denies to whoever has
 * Docker's capabilities. What neither names is allowed, other than with Docker.
 */
public final class DefaultSeccomp {
    private static final String RESOURCE = "seccomp.json";

    private DefaultSeccomp() {}

    /**
     * Returns the filter for this host.
     *
     * @throws IOException if the system calls of its processor are not known here
     */
    public static SeccompFilter filter() throws IOException {
        try (InputStream profile = requireNonNull(DefaultSeccomp.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return SeccompProfile.parse(profile.readAllBytes(), RESOURCE)
                    .filter(Architecture.here(), Capabilities.usual().bounding(), KernelVersion.here());
        } catch (IllegalStateException unknown) {
            throw new IOException(unknown.getMessage(), unknown);
        }
    }
}
