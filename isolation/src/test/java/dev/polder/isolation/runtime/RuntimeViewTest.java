package dev.polder.isolation.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.image.UnmountedRoot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeViewTest {
    private static String mount(String point, String type, String options) {
        return "31 30 0:28 / " + point + " rw,relatime - " + type + " cgroup rw," + options + "\n";
    }

    @Test
    void shouldHideWhatARuntimeCanDoWithout() {
        String mountinfo = "22 1 254:0 / / rw - ext4 /dev/vda rw\n"
                + mount("/sys/fs/cgroup/memory", "cgroup", "memory")
                + mount("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct")
                + mount("/sys/fs/cgroup/cpuset", "cgroup", "cpuset")
                + mount("/sys/fs/cgroup/devices", "cgroup", "devices")
                + mount("/sys/fs/cgroup/freezer", "cgroup", "freezer")
                + mount("/sys/fs/cgroup/unified", "cgroup2", "nsdelegate");

        assertThat(RuntimeView.hidden(mountinfo))
                .containsExactly(
                        Path.of("/sys/fs/cgroup/memory"),
                        Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                        Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void shouldHideNothingWhereThereIsVersion2Alone() {
        assertThat(RuntimeView.hidden(mount("/sys/fs/cgroup", "cgroup2", "nsdelegate")))
                .isEmpty();
        assertThat(RuntimeView.preparation(List.of(), root())).isEmpty();
    }

    @Test
    void shouldNotTakeAPathForWordsOfAShell() {
        assertThat(RuntimeView.hidden(mount("/mnt/a;reboot", "cgroup", "memory") + mount("/d", "cgroup", "devices")))
                .isEmpty();
    }

    @Test
    void shouldTakeAwayWhatIsHidden() {
        assertThat(RuntimeView.preparation(List.of(Path.of("/a"), Path.of("/b")), root()))
                .isEqualTo("umount /a /b\n");
    }

    @Test
    void shouldMountTheTree() {
        assertThat(RuntimeView.preparation(List.of(Path.of("/a")), root("/bin/mount", "-o", "a b", "it's")))
                .isEqualTo("umount /a\ncd '/place' && '/bin/mount' '-o' 'a b' 'it'\\''s' || exit 1\n");
    }

    private static UnmountedRoot root(String... mount) {
        return new UnmountedRoot(Path.of("/place/root"), Path.of("/place"), List.of(mount));
    }
}
