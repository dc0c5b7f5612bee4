package dev.polder.isolation.oci;

import static dev.polder.isolation.Namespace.MOUNT;
import static dev.polder.isolation.Namespace.NETWORK;
import static dev.polder.isolation.Namespace.PID;
import static dev.polder.isolation.Namespace.UTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.Namespace;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TerminalSize;
import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bundle says, and what it refuses to say. */
class OciBundleTest {
    private static final OciProcess PROCESS = OciProcess.of(List.of("true"));
    private static final OciContainer CONTAINER = OciContainer.of(Path.of("/srv/root"));

    @TempDir
    Path directory;

    private static JsonValue config(OciProcess process, OciContainer container) throws JsonException {
        return JsonValue.parse(OciBundle.config(process, container), "config");
    }

    @Test
    void shouldSayNothingOfWhatIsNotAskedFor() throws JsonException {
        JsonValue config = config(PROCESS, CONTAINER);

        assertThat(config.names()).containsExactly("ociVersion", "process", "root", "mounts", "linux");
        assertThat(config.get("linux").names())
                .containsExactly("namespaces", "resources", "maskedPaths", "readonlyPaths");
        assertThat(config.get("process").get("terminal").flag()).isFalse();
        assertThat(config.get("process").get("noNewPrivileges").flag()).isTrue();
        assertThat(config.get("root").get("readonly").flag()).isTrue();
        assertThat(config.get("process").get("capabilities").get("ambient").elements())
                .isEmpty();
    }

    @Test
    void shouldSayWhatIsAskedFor() throws JsonException {
        JsonValue config = config(
                PROCESS.withTerminal(new TerminalSize(24, 80))
                        .withNoNewPrivileges(false)
                        .withRlimits(List.of(new Rlimit("RLIMIT_STACK", 5, Rlimit.UNLIMITED)))
                        .withCapabilities(Capabilities.all()),
                CONTAINER
                        .withReadOnlyRoot(false)
                        .withHostname("a")
                        .withCgroupsPath("/polder/1")
                        .withNamespaces(List.of(
                                OciNamespace.fresh(MOUNT),
                                OciNamespace.fresh(UTS),
                                OciNamespace.at(NETWORK, Path.of("/run/netns/x")))));

        assertThat(config.get("process").get("consoleSize").get("height").number())
                .isEqualTo(24);
        assertThat(config.get("process").get("consoleSize").get("width").number())
                .isEqualTo(80);
        assertThat(config.get("process").get("noNewPrivileges").flag()).isFalse();
        JsonValue limit = config.get("process").get("rlimits").elements().get(0);
        assertThat(limit.get("soft").number()).isEqualTo(5);
        assertThat(limit.get("hard").integer()).hasToString("18446744073709551615");
        assertThat(config.get("process").get("capabilities").get("effective").elements())
                .hasSize(41);
        assertThat(config.get("hostname").text()).isEqualTo("a");
        assertThat(config.get("root").get("readonly").flag()).isFalse();
        assertThat(config.get("linux").get("cgroupsPath").text()).isEqualTo("/polder/1");
        List<JsonValue> namespaces = config.get("linux").get("namespaces").elements();
        assertThat(namespaces).hasSize(3);
        assertThat(namespaces.get(2).get("type").text()).isEqualTo("network");
        assertThat(namespaces.get(2).get("path").text()).isEqualTo("/run/netns/x");
    }

    @Test
    void shouldReplaceAConfigurationThatOnlyTheOwnerMayRead() throws IOException {
        OciBundle.write(directory, PROCESS, CONTAINER);
        OciBundle.write(directory, OciProcess.of(List.of("second")), CONTAINER);

        Path file = directory.resolve("config.json");
        assertThat(Files.readString(file)).contains("\"args\":[\"second\"]");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldNotWriteThroughALink() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "mine");
        Files.createSymbolicLink(directory.resolve("config.json.tmp"), victim);
        Files.createSymbolicLink(directory.resolve("config.json"), victim);

        OciBundle.write(directory, PROCESS, CONTAINER);

        assertThat(victim).hasContent("mine");
        assertThat(directory.resolve("config.json")).isRegularFile();
        assertThat(Files.isSymbolicLink(directory.resolve("config.json"))).isFalse();
    }

    private static void assertRefused(String words, ThrowingCallable made) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(words);
    }

    @Test
    void shouldRefuseProcessesThatThereCannotBe() {
        assertRefused("has no program", () -> OciProcess.of(List.of()));
        assertRefused("command 'a?b' has a zero byte", () -> OciProcess.of(List.of("true", "a\0b")));
        assertRefused("variable named 'A=B'", () -> PROCESS.withEnvironment(Map.of("A=B", "")));
        assertRefused("environment of A", () -> PROCESS.withEnvironment(Map.of("A", "\0")));
        assertRefused("workingDirectory tmp is not absolute", () -> PROCESS.withWorkingDirectory("tmp"));
        assertRefused("has a part ..", () -> PROCESS.withWorkingDirectory("/a/../b"));
        assertRefused(
                "name one twice",
                () -> PROCESS.withRlimits(List.of(new Rlimit("RLIMIT_CPU", 1, 1), new Rlimit("RLIMIT_CPU", 2, 2))));
        assertRefused("soft 2 is not from 0 to hard 1", () -> new Rlimit("RLIMIT_CPU", 2, 1));
        assertRefused("soft -1 is not", () -> new Rlimit("RLIMIT_CPU", Rlimit.UNLIMITED, 1));
        assertRefused("soft -2 is not", () -> new Rlimit("RLIMIT_CPU", -2, Rlimit.UNLIMITED));
        assertRefused("'CPU' is no limit", () -> new Rlimit("CPU", 1, 1));
        assertRefused("'CAP_X' is no capability", () -> new Capabilities(Set.of(), Set.of("CAP_X")));
        assertRefused("is more than bounding []", () -> new Capabilities(Set.of("CAP_KILL"), Set.of()));
        assertRefused("uid -1 is not", () -> new OciUser(-1, 0, List.of()));
        assertRefused("gid 4294967295 is not", () -> new OciUser(0, 0xFFFF_FFFFL, List.of()));
        assertRefused("rows 0 is not within 1 to 65535", () -> new TerminalSize(0, 80));
    }

    @Test
    void shouldRefuseSurroundingsThatThereCannotBe() {
        assertRefused("root root is not absolute", () -> OciContainer.of(Path.of("root")));
        assertRefused("destination mnt is not absolute", () -> OciMount.tmpfs("mnt", 1));
        assertRefused("has a part ..", () -> OciMount.tmpfs("/mnt/../..", 1));
        assertRefused("is the root itself", () -> OciMount.tmpfs("/", 1));
        assertRefused("of 0 bytes", () -> OciMount.tmpfs("/mnt", 0));
        assertRefused("source a is not absolute", () -> OciMount.bind(Path.of("a"), "/mnt", true));
        assertRefused("lack MOUNT", () -> CONTAINER.withNamespaces(List.of(OciNamespace.fresh(PID))));
        assertRefused(
                "name one twice",
                () -> CONTAINER.withNamespaces(List.of(OciNamespace.fresh(MOUNT), OciNamespace.fresh(MOUNT))));
        assertRefused("do not go with idMappings", () -> CONTAINER.withUserNamespace(List.of()));
        assertRefused("is not absolute", () -> OciNamespace.at(NETWORK, Path.of("x")));
        assertRefused("is not of the form", () -> CONTAINER.withHostname("a b"));
        assertRefused(
                "would be the host's",
                () -> CONTAINER
                        .withNamespaces(List.of(OciNamespace.fresh(MOUNT)))
                        .withHostname("a"));
        assertRefused("has a part ..", () -> CONTAINER.withCgroupsPath("/../x"));
        assertRefused("a mapping of 0 ids", () -> new IdMapping(0, 1, 0));
        assertRefused("last hostId", () -> new IdMapping(0, 0xFFFF_FFF0L, 100));
        assertThat(new OciNamespace(Namespace.IPC, Optional.empty())).isEqualTo(OciNamespace.fresh(Namespace.IPC));
    }
}
