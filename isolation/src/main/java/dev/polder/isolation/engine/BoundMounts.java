package dev.polder.isolation.engine;

import dev.polder.isolation.Account;
import dev.polder.isolation.docker.DockerMount;
import dev.polder.isolation.docker.DockerParameter;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.isolation.volume.BoundPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at what a container wants to have of its host, and replaces it by what it leads to. For one container. */
final class BoundMounts {
    /** The option of {@code docker run} that binds, too. */
    private static final String VOLUME = "volume";

    private final BoundPaths paths;
    private final Path sandbox;
    private final Optional<Account> owner;

    BoundMounts(BoundPaths paths, Path sandbox, Optional<Account> owner) {
        this.paths = paths;
        this.sandbox = sandbox;
        this.owner = owner;
    }

    /** @throws IOException if it must not have something of that, in words */
    DockerRun of(DockerRun run) throws IOException {
        List<DockerMount> mounts = new ArrayList<>();
        for (DockerMount mount : run.mounts()) {
            mounts.add(
                    mount.kind() == DockerMount.Kind.BIND
                            ? DockerMount.bind(source(mount.source()), mount.target(), mount.readOnly())
                            : mount);
        }
        List<DockerParameter> parameters = new ArrayList<>();
        for (DockerParameter parameter : run.parameters()) {
            parameters.add(
                    parameter.key().equals(VOLUME) && parameter.value().startsWith("/") ? bound(parameter) : parameter);
        }
        return run.withMounts(mounts).withParameters(parameters.toArray(new DockerParameter[0]));
    }

    /** Of the form {@code SOURCE:TARGET[:OPTIONS]}; without a colon it is a target alone, for a volume without a name. */
    private DockerParameter bound(DockerParameter parameter) throws IOException {
        int colon = parameter.value().indexOf(':');
        return colon < 0
                ? parameter
                : new DockerParameter(
                        VOLUME,
                        source(parameter.value().substring(0, colon))
                                + parameter.value().substring(colon));
    }

    private Path source(String text) throws IOException {
        Path path = Path.of(text);
        if (path.equals(sandbox)) {
            return sandbox;
        }
        return path.startsWith(sandbox)
                ? BoundPaths.ofSandbox(sandbox, sandbox.relativize(path), owner)
                : paths.ofHost(text);
    }
}
