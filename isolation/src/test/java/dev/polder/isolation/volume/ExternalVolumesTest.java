package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerVolume.External;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalVolumesTest {
    private static final External DATA = new External("nfs", "data", Map.of("size", "1G"));
    private static final External OTHER = new External("nfs", "../other", Map.of());

    private final ContainerId one = new ContainerId(UUID.randomUUID());
    private final ContainerId two = new ContainerId(UUID.randomUUID());
    private final FakeDriver driver = new FakeDriver();

    @TempDir
    Path directory;

    private ExternalVolumes volumes;

    @BeforeEach
    void open() {
        volumes = new ExternalVolumes(directory.resolve("external"), driver);
    }

    @Test
    void shouldMountForTheFirstAndUnmountAfterTheLast() throws IOException {
        assertThat(volumes.mount(one, 0, DATA)).isEqualTo(Path.of("/volumes/nfs/data"));
        assertThat(volumes.mount(two, 3, DATA)).isEqualTo(Path.of("/volumes/nfs/data"));
        assertThat(volumes.containers()).containsExactlyInAnyOrder(one, two);

        volumes.release(one);
        assertThat(driver.mounted).containsExactly("nfs/data");
        volumes.release(two);

        assertThat(driver.calls).containsExactly("mount nfs/data {size=1G}", "unmount nfs/data");
        assertThat(directory.resolve("external")).isEmptyDirectory();
    }

    @Test
    void shouldCountAContainerThatWantsItTwiceOnce() throws IOException {
        volumes.mount(one, 0, DATA);
        volumes.mount(one, 1, DATA);
        volumes.mount(one, 2, OTHER);

        volumes.release(one);

        assertThat(driver.mounted).isEmpty();
        assertThat(driver.calls).hasSize(4);
    }

    @Test
    void shouldNotHaveOtherContainersWaitForADriverThatHangs() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        VolumeDriver hung = new VolumeDriver() {
            @Override
            public Path mount(String name, String volume, Map<String, String> options) throws IOException {
                hanging.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return driver.mount(name, volume, options);
            }

            @Override
            public Optional<Path> mounted(String name, String volume) {
                return driver.mounted(name, volume);
            }

            @Override
            public void unmount(String name, String volume) throws IOException {
                driver.unmount(name, volume);
            }
        };
        ExternalVolumes waiting = new ExternalVolumes(directory.resolve("external"), hung);
        ExecutorService other = Executors.newFixedThreadPool(2);
        try {
            Future<Path> mounting = other.submit(() -> waiting.mount(one, 0, DATA));
            hanging.await();

            Future<?> released = other.submit(() -> {
                waiting.release(two);
                return null;
            });

            released.get(10, TimeUnit.SECONDS);
            assertThat(mounting).isNotDone();
            answer.countDown();
            assertThat(mounting.get()).isEqualTo(Path.of("/volumes/nfs/data"));
        } finally {
            answer.countDown();
            other.shutdown();
        }
    }

    @Test
    void shouldReleaseNothingOfNobody() throws IOException {
        volumes.release(one);
        volumes.mount(one, 0, DATA);
        volumes.release(two);

        assertThat(driver.mounted).containsExactly("nfs/data");
    }

    @Test
    void shouldKnowAfterARestartWhoUsesWhat() throws IOException {
        volumes.mount(one, 0, DATA);
        volumes.mount(two, 0, DATA);

        open();
        volumes.release(one);
        assertThat(driver.mounted).containsExactly("nfs/data");
        volumes.release(two);

        assertThat(driver.mounted).isEmpty();
        assertThat(volumes.containers()).isEmpty();
    }

    /** It may be mounted although the driver says that it failed, or says nothing. */
    @Test
    void shouldUnmountWhatMayHaveBeenMounted() throws IOException {
        driver.failure = "silent";
        assertThatThrownBy(() -> volumes.mount(one, 0, DATA)).hasMessage("silent");
        driver.mounted.add("nfs/data");
        driver.failure = "";

        volumes.release(one);

        assertThat(driver.mounted).isEmpty();
        assertThat(directory.resolve("external")).isEmptyDirectory();
    }

    @Test
    void shouldRememberWhatCouldNotBeUnmounted() throws IOException {
        volumes.mount(one, 0, DATA);
        volumes.mount(one, 1, OTHER);
        driver.failure = "gone";

        assertThatThrownBy(() -> volumes.release(one))
                .hasMessage("gone")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(volumes.containers()).containsExactly(one);
        driver.failure = "";
        open();
        volumes.release(one);

        assertThat(driver.mounted).isEmpty();
    }

    @Test
    void shouldMountAnewWhatItsDriverHasLost() throws IOException {
        volumes.mount(one, 0, DATA);
        driver.mounted.clear();

        assertThat(volumes.mount(two, 0, DATA)).isEqualTo(Path.of("/volumes/nfs/data"));

        assertThat(driver.mounted).containsExactly("nfs/data");
    }

    @Test
    void shouldRefuseANameThatIsNone() {
        assertThatThrownBy(() -> volumes.mount(one, 0, new External("d", "", Map.of())))
                .hasMessageContaining("must have 1 to 256 characters");
        assertThatThrownBy(() -> volumes.mount(one, 0, new External("d", "x".repeat(257), Map.of())))
                .hasMessageContaining("must have 1 to 256 characters");
    }

    @Test
    void shouldMountOnceForManyAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ContainerId id = new ContainerId(UUID.randomUUID());
                done.add(threads.submit(() -> {
                    volumes.mount(id, 0, DATA);
                    assertThat(driver.mounted("nfs", "data")).isPresent();
                    volumes.release(id);
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(driver.mounted).isEmpty();
        assertThat(driver.calls.stream().filter(call -> call.startsWith("mount")))
                .hasSameSizeAs(driver.calls.stream()
                        .filter(call -> call.startsWith("unmount"))
                        .toList());
    }
}
