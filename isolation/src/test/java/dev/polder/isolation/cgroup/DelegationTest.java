package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.cgroup.TestGroups.Ended;
import dev.polder.isolation.cgroup.TestGroups.View;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups in the hands of a user who is not root. */
@Tag("slow")
class DelegationTest {
    private static final int USER = 1500;
    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    @TempDir
    Path base;

    private TestGroups groups;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root can give groups away");
        assumeTrue(SETPRIV.stream().anyMatch(Files::isExecutable), "this host has no setpriv");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        groups = new TestGroups(base, View.ALL);
    }

    @AfterEach
    void close() throws IOException {
        if (groups != null) {
            groups.close();
        }
    }

    @Test
    void shouldUseWhatWasGivenToItsUser() throws Exception {
        ContainerGroup given = groups.create(GroupLimits.none());
        for (Path file : given.joinFiles()) {
            giveAway(file.getParent());
        }

        Ended ended = groups.run(given, "exec " + asUser());

        assertThat(ended.said())
                .contains("joined ready", "inside some", "left 0", "code 137", "groups []")
                .containsPattern("ability freezer: v[12] in ");
        assertThat(ended.code()).isZero();
        for (Controller controller : List.of(Controller.CPU, Controller.MEMORY, Controller.PIDS)) {
            assertThat(ended.said())
                    .as("as available as to root")
                    .contains("ability " + controller + (groups.cgroups().has(controller) ? ": v" : ": not available"));
        }
    }

    @Test
    void shouldUseNothingThatBelongsToOthers() throws Exception {
        ContainerGroup kept = groups.create(GroupLimits.none());

        Ended ended = groups.run(kept, "exec " + asUser());

        assertThat(ended.said())
                .contains("ability freezer: not available: ", "ability cpu: not available: ", " is not writable")
                .doesNotContainPattern("ability [a-z]+: v");
    }

    private static void giveAway(Path group) throws IOException {
        Files.setAttribute(group, "unix:uid", USER);
        for (String name : List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "tasks")) {
            if (Files.exists(group.resolve(name))) {
                Files.setAttribute(group.resolve(name), "unix:uid", USER);
            }
        }
    }

    private String asUser() throws IOException, URISyntaxException {
        return "setpriv --reuid=" + USER + " --regid=" + USER + " --clear-groups -- "
                + Path.of(System.getProperty("java.home"), "bin/java")
                + " -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                + " -cp " + copy(Cgroups.class, "main") + ":" + copy(DelegatedNode.class, "test") + " "
                + DelegatedNode.class.getName();
    }

    /** The user may not read the build's directory. */
    private Path copy(Class<?> type, String name) throws IOException, URISyntaxException {
        Path from =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path to = base.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }
}
