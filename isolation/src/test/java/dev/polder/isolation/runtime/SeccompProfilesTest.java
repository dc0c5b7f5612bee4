package dev.polder.isolation.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.SeccompChoice;
import dev.polder.isolation.oci.SeccompFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeccompProfilesTest {
    private static final String ALLOW = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}";
    private static final String DENY = "{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\"}";

    @TempDir
    Path directory;

    private SeccompProfiles profiles() throws IOException {
        return SeccompProfiles.open(Optional.of(directory), Optional.empty());
    }

    private static SeccompFilter filter(SeccompProfiles profiles, String name) throws IOException {
        return profiles.filter(new SeccompChoice.Profile(name), Set.of()).orElseThrow();
    }

    @Test
    void shouldHaveAFilterForWhoChoosesNone() throws Exception {
        SeccompProfiles none = SeccompProfiles.open(Optional.empty(), Optional.empty());
        assertThat(none.filter(SeccompChoice.USUAL, Set.of())).contains(none.standard());
        assertThat(none.filter(SeccompChoice.UNCONFINED, Set.of())).isEmpty();
        assertThatThrownBy(() -> filter(none, "web.json"))
                .hasMessage("seccomp profile 'web.json': this node has no directory of profiles (seccomp-config-dir)");

        Files.writeString(directory.resolve("usual.json"), DENY);
        SeccompProfiles chosen = SeccompProfiles.open(Optional.of(directory), Optional.of("usual.json"));
        assertThat(chosen.filter(SeccompChoice.USUAL, Set.of())).contains(filter(chosen, "usual.json"));
        assertThatThrownBy(() -> SeccompProfiles.open(Optional.of(directory), Optional.of("absent.json")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'absent.json'");
    }

    @Test
    void shouldReadAProfileAgainOnlyWhenItHasChanged() throws Exception {
        SeccompProfiles profiles = profiles();
        Files.writeString(directory.resolve("p.json"), ALLOW);
        SeccompFilter first = filter(profiles, "p.json");
        assertThat(filter(profiles, "p.json")).isSameAs(first);
        assertThat(profiles.filter(new SeccompChoice.Profile("p.json"), Set.of("CAP_CHOWN")))
                .get()
                .as("what the container may do decides, too")
                .isNotSameAs(first);

        Files.writeString(directory.resolve("p.json"), DENY);
        assertThat(filter(profiles, "p.json")).isNotSameAs(first);
    }

    @Test
    void shouldReadNothingOutsideOfItsDirectory() throws Exception {
        Path inner = Files.createDirectories(directory.resolve("in/side"));
        Files.writeString(directory.resolve("outside.json"), ALLOW);
        Files.writeString(inner.resolve("p.json"), ALLOW);
        SeccompProfiles profiles = SeccompProfiles.open(Optional.of(directory.resolve("in")), Optional.empty());

        assertThat(filter(profiles, "side/p.json")).isNotNull();
        SeccompProfiles roundabout =
                SeccompProfiles.open(Optional.of(directory.resolve("in/../in/.")), Optional.empty());
        assertThat(filter(roundabout, "side/p.json")).isNotNull();
        for (String name : new String[] {
            "../outside.json", directory.resolve("outside.json").toString(), "", ".", "side", "absent.json"
        }) {
            assertThatThrownBy(() -> filter(profiles, name))
                    .isInstanceOf(IOException.class)
                    .hasMessage("seccomp profile '" + name + "': there is no such file in " + directory.resolve("in"));
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAProfile() throws Exception {
        Files.writeString(directory.resolve("p.json"), "{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}");
        assertThatThrownBy(() -> filter(profiles(), "p.json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("seccomp profile 'p.json'");
    }
}
