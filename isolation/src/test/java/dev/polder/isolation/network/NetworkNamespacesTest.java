package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class NetworkNamespacesTest {
    @TempDir
    Path directory;

    private final ContainerId container = new ContainerId(UUID.randomUUID());
    private NetworkNamespaces namespaces;

    @BeforeEach
    void open() throws IOException {
        HostNamespace.assumeRoot(directory);
        namespaces = NetworkNamespaces.open(directory.resolve("namespaces"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        HostNamespace.assertNothingIsMounted(directory);
    }

    @Test
    void shouldKeepANamespaceWithLoopbackUpUntilItIsReleased() throws Exception {
        Path namespace = namespaces.create(container);

        assertThat(HostNamespace.in(namespace, "ip -o link show up"))
                .contains("lo:")
                .doesNotContain("eth0");
        assertThat(HostNamespace.in(namespace, "readlink /proc/self/ns/net"))
                .isNotEqualTo(HostNamespace.said("readlink /proc/self/ns/net"));
        assertThat(HostNamespace.in(namespace, "readlink /proc/self/ns/net"))
                .isEqualTo(HostNamespace.in(namespace, "readlink /proc/self/ns/net"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(namespace.getParent())))
                .isEqualTo("rwx------");

        namespaces.release(container);
        namespaces.release(container);
        assertThat(namespace).doesNotExist();
        assertThat(namespaces.containers()).isEmpty();
    }

    @Test
    void shouldFindWhatAnEarlierAgentHasLeft() throws Exception {
        ContainerId begun = new ContainerId(UUID.randomUUID());
        namespaces.create(container);
        // killed after the file was made and before the mount; or a reboot
        Files.createFile(namespaces.path(begun));

        NetworkNamespaces later = NetworkNamespaces.open(directory.resolve("namespaces"));

        assertThat(later.containers()).containsExactlyInAnyOrder(container, begun);
        later.release(container);
        later.release(begun);
        assertThat(later.containers()).isEmpty();
    }

    @Test
    void shouldReleaseWhatWasMountedTwice() throws Exception {
        Path namespace = namespaces.create(container);
        HostNamespace.said("mount --bind " + namespace + " " + namespace);

        namespaces.release(container);

        assertThat(namespace).doesNotExist();
    }

    @Test
    void shouldRefuseASecondNamespaceAndKeepTheFirst() throws Exception {
        Path namespace = namespaces.create(container);
        String first = HostNamespace.in(namespace, "readlink /proc/self/ns/net");

        assertThatThrownBy(() -> namespaces.create(container)).isInstanceOf(FileAlreadyExistsException.class);

        assertThat(HostNamespace.in(namespace, "readlink /proc/self/ns/net")).isEqualTo(first);
        namespaces.release(container);
    }

    @Test
    void shouldLeaveNothingWhenItIsInterrupted() throws Exception {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> namespaces.create(container)).hasMessageStartingWith("interrupted while [");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(namespaces.containers()).isEmpty();
    }

    @Test
    void shouldRefuseForeignFiles() throws Exception {
        Files.createFile(directory.resolve("namespaces/eth0"));

        assertThatThrownBy(namespaces::containers)
                .hasMessage(directory.toRealPath().resolve("namespaces/eth0") + " is not the name of a container");
    }
}
