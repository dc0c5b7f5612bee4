package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the containers that a former launcher has left in the directory. How each stands is seen later, one by one. */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);
    private static final int UUID_LENGTH = 36;

    private Recovery() {}

    /**
     * Lists what was launched, or may have been, and deletes what certainly was not.
     *
     * @param blind this host cannot tell whether a process runs, so a former launcher's tasks were ended with it
     */
    static List<Container> containers(Path directory, IntentLog intents, String boot, boolean blind)
            throws IOException {
        Map<ContainerId, String> boots = new LinkedHashMap<>(intents.boots());
        // what is not in the log was never handed to a launch shell; that it is of this boot is the careful guess
        for (ContainerId id : directories(directory)) {
            boots.putIfAbsent(id, boot);
        }
        List<Container> found = new ArrayList<>();
        for (Map.Entry<ContainerId, String> entry : boots.entrySet()) {
            ContainerId id = entry.getKey();
            boolean ofThisBoot = entry.getValue().equals(boot);
            ContainerDirectory files = new ContainerDirectory(directory.resolve(id.toString()));
            if (ofThisBoot && !files.hasIntent()) {
                log.info("remains of a container deleted id={}", id);
                intents.forget(id);
                files.delete();
                continue;
            }
            Container container = new Container(id, files, Container.Phase.HANDED, null);
            if (!ofThisBoot) {
                container.lostBecause = Examination.RESTARTED;
            } else if (blind) {
                container.lostBecause = "without /proc its process cannot be found again";
            }
            found.add(container);
        }
        return found;
    }

    private static List<ContainerId> directories(Path directory) throws IOException {
        List<ContainerId> ids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.length() == UUID_LENGTH) {
                    ids.add(ContainerId.parse(name));
                }
            }
        }
        return ids;
    }
}
