package dev.polder.isolation.files;

import java.nio.file.Path;
import java.util.List;

/** A JVM that collects all there is below its first argument, and has no rights of root. */
final class CollectingProcess {
    private CollectingProcess() {}

    public static void main(String[] args) throws Exception {
        FakeCollectorHost host = new FakeCollectorHost(Path.of(args[0]));
        List<String> troubles = host.collect();
        if (!troubles.isEmpty()) {
            throw new AssertionError(troubles);
        }
    }
}
