package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What is in the jar. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class PolderJarTest {
    @TempDir
    private Path directory;

    @Test
    void shouldSayItsVersion() throws Exception {
        try (JarFile jar = new JarFile(JarProcess.jar().toFile());
                JarProcess asked = JarProcess.start(directory, "--version")) {
            String version = jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);

            assertThat(asked.exitCode()).isZero();
            assertThat(asked.out()).containsExactly("Polder " + version);
            assertThat(version).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
        }
    }

    /** Without them Chronicle Map could not run: what the flags of a command line are to an embedded node. */
    @Test
    void shouldOpenWhatTheHistoryNeedsAndCallNobody() throws Exception {
        try (JarFile jar = new JarFile(JarProcess.jar().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Add-Opens"))
                    .isEqualTo("java.base/java.lang java.base/java.lang.reflect java.base/sun.nio.ch");
            assertThat(manifest.getValue("Add-Exports"))
                    .isEqualTo("jdk.compiler/com.sun.tools.javac.file java.base/jdk.internal.ref");
            assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
            assertThat(jar.stream().map(JarEntry::getName))
                    .contains("net/openhft/chronicle/map/ChronicleMap.class")
                    .noneMatch(name -> name.startsWith("net/openhft/chronicle/analytics/"));
        }
    }

    @Test
    void shouldHoldEachFileOnceAndNothingThatIsTrueOfOtherJarsOnly() throws Exception {
        try (JarFile jar = new JarFile(JarProcess.jar().toFile())) {
            assertThat(jar.stream().map(JarEntry::getName))
                    .doesNotHaveDuplicates()
                    .contains("META-INF/LICENSE", "META-INF/THIRD-PARTY.txt")
                    .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)|.*module-info\\.class"));
            assertThat(jar.isMultiRelease()).isTrue();
        }
    }
}
