package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.IsolatorName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolationSearchTest {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final int DEPTH_MAX = 6;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.start(HttpClientConfig.defaults("isolation-search-test"));

    @AfterEach
    void closeClient() {
        client.close();
    }

    private IsolationSearch begin() {
        return IsolationSearch.begin(
                AgentVictim.config(directory, client, new InetSocketAddress(0), AgentProbe.none()));
    }

    /** The control groups of this node, and of no other test's. Those of others come and go while they are looked through. */
    private Set<Path> groups() throws IOException {
        Path agent = Files.createDirectories(directory.resolve("agent"));
        String name = "polder-" + IsolationSearch.groupName("n1", agent);
        return Awaitility.await().ignoreException(UncheckedIOException.class).until(() -> groups(name), found -> true);
    }

    private static Set<Path> groups(String name) throws IOException {
        try (Stream<Path> found =
                Files.find(GROUPS, DEPTH_MAX, (path, attributes) -> attributes.isDirectory() && path.endsWith(name))) {
            return found.collect(Collectors.toSet());
        }
    }

    @Test
    void shouldGiveBackWhatNobodyTakes() throws IOException {
        try (IsolationSearch search = begin();
                HostIsolation found = search.take()) {
            assumeTrue(found.names().contains(IsolatorName.CGROUPS_CPU), "no control groups for this user");
        }

        begin().close();

        assertThat(groups()).isEmpty();
    }

    @Test
    void shouldLeaveToItsTakerWhatIsTaken() throws IOException {
        IsolationSearch search = begin();
        try (HostIsolation found = search.take()) {
            assumeTrue(found.names().contains(IsolatorName.CGROUPS_CPU), "no control groups for this user");

            search.close();

            assertThat(groups()).isNotEmpty();
        }
        assertThat(groups()).isEmpty();
    }

    @Test
    void shouldSayThatTheDirectoryCannotBeUsed() throws IOException {
        Files.createFile(directory.resolve("agent"));

        try (IsolationSearch search = begin()) {
            assertThatThrownBy(search::take)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.resolve("agent").toString());
        }
    }
}
