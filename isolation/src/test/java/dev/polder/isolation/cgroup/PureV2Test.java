package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of real kernels on one that has version 2 and nothing else: a user-mode Linux, which is an ordinary
 * process here, with this host's files as its own.
 */
@Tag("slow")
class PureV2Test {
    private static final Path LINUX = Path.of("/usr/bin/linux.uml");
    private static final List<Class<?>> CLASSES = List.of(KernelTest.class, DelegationTest.class);
    /** It has one CPU, no block device, and of the controllers cpu, io, memory and pids. */
    private static final int PASSED_MIN = 18;

    @TempDir
    Path base;

    @Test
    void shouldDoTheSameOnVersion2() throws Exception {
        assumeTrue(Files.isExecutable(LINUX), "user-mode-linux is not on this machine");
        // users other than root work in there, too
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        Path results = Files.createDirectory(base.resolve("results"));
        Path init = base.resolve("init.sh");
        Files.writeString(init, script(results, Files.createDirectory(base.resolve("tmp"))));
        init.toFile().setExecutable(true);
        Path console = base.resolve("console");

        ProcessBuilder linux = new ProcessBuilder(
                        LINUX.toString(),
                        "mem=1024M",
                        "rootfstype=hostfs",
                        "rootflags=/",
                        "ro",
                        "init=" + init,
                        "uml_dir=" + base,
                        "umid=linux",
                        "con=null",
                        "con0=fd:0,fd:1",
                        "quiet")
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(console.toFile());
        Process process = linux.start();
        try {
            assertThat(process.waitFor(8, TimeUnit.MINUTES)).as("ended").isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }

        List<String> lines = lines(results.resolve("tests"));
        String said = "tests: " + lines + "\nlog: " + lines(results.resolve("log")) + "\nconsole: " + lines(console);
        assertThat(lines).as(said).contains(TestsInside.DONE);
        assertThat(lines.stream().filter(line -> line.startsWith("failed")))
                .as(said)
                .isEmpty();
        assertThat(lines.stream().filter(line -> line.startsWith("passed")))
                .as(said)
                .hasSizeGreaterThanOrEqualTo(PASSED_MIN);
        assertThat(lines).as("one line for each test").hasSize((int) tests() + 1);
    }

    private static long tests() {
        return CLASSES.stream()
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .count();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1) : List.of();
    }

    /**
     * What is process 1 there. The JVM gets a group of its own, as a service has it.
     *
     * @param results is written to from there
     * @param temporary where files may be made, for all else is read-only; nothing is covered by it, as the classes may lie
     *     anywhere
     */
    private static String script(Path results, Path temporary) {
        String classes = String.join(" ", CLASSES.stream().map(Class::getName).toList());
        return "#!/bin/sh\n"
                + "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                + "TMPDIR=" + temporary + "\n"
                + "export PATH TMPDIR\n"
                + "mount -t proc none /proc\n"
                + "mount -t sysfs none /sys\n"
                + "mount -t tmpfs none " + temporary + "\n"
                + "mount -t hostfs none " + results + " -o " + results + "\n"
                + "exec >" + results + "/log 2>&1\n"
                + "mount -t cgroup2 none /sys/fs/cgroup\n"
                + "for name in $(cat /sys/fs/cgroup/cgroup.controllers); do\n"
                + "    echo \"+$name\" >/sys/fs/cgroup/cgroup.subtree_control\n"
                + "done\n"
                + "mkdir /sys/fs/cgroup/service\n"
                + "cd " + temporary + "\n"
                + "sh -c 'echo 0 >/sys/fs/cgroup/service/cgroup.procs; exec \"$@\"' sh "
                + Path.of(System.getProperty("java.home"), "bin/java")
                + " -Djava.io.tmpdir=" + temporary
                + " -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp '"
                + System.getProperty("java.class.path")
                + "' " + TestsInside.class.getName() + " " + results + "/tests " + classes + "\n"
                + "sync\n"
                + "echo o >/proc/sysrq-trigger\n"
                // it ends at once, or with process 1
                + "sleep 5\n";
    }
}
