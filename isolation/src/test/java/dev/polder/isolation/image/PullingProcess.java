package dev.polder.isolation.image;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** A process that pulls an image, says so when it has reached a step, and stays there to be killed. */
final class PullingProcess {
    private PullingProcess() {}

    public static void main(String[] arguments) throws IOException {
        StoreProbe probe = step -> {
            if (step.name().equals(arguments[3])) {
                System.out.println("reached");
                System.out.flush();
                stay();
            }
        };
        RegistryClient client = RegistryClient.open(RegistrySettings.defaults());
        ImageStore store =
                ImageStore.open(StoreSettings.of(Path.of(arguments[0]), client).withBackend(Backend.COPY), probe);
        store.pull(PullRequest.of(new ContainerId(UUID.fromString(arguments[2])), ImageReference.parse(arguments[1])));
        stay();
    }

    private static void stay() {
        while (true) {
            java.util.concurrent.locks.LockSupport.park();
        }
    }
}
