package dev.polder.isolation.files;

import java.nio.file.Path;

/** A JVM that keeps {@code stdout} in a sandbox within bounds until it is killed, and says each time that it discards. */
final class RotatingProcess {
    private RotatingProcess() {}

    public static void main(String[] args) throws Exception {
        OutputRotation rotation = OutputRotation.open(
                Path.of(args[1]), new OutputSettings(Long.parseLong(args[2]), Integer.parseInt(args[3])));
        long keptFrom = 0;
        while (true) {
            long now = rotation.look(Path.of(args[0]), "stdout", keptFrom);
            if (now != keptFrom) {
                System.out.println(now);
            }
            keptFrom = now;
        }
    }
}
