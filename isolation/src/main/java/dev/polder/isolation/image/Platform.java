package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/**
 * What an image runs on, in the words of Go, which images use.
 *
 * @param os as {@code linux}
 * @param architecture as {@code amd64} or {@code arm64}
 * @param variant as {@code v7} of {@code arm}; empty for none
 */
public record Platform(String os, String architecture, String variant) {
    /** Refuses null. */
    public Platform {
        requireNonNull(os, "os");
        requireNonNull(architecture, "architecture");
        requireNonNull(variant, "variant");
    }

    /** Returns the platform of this JVM's host. */
    public static Platform ofThisHost() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static Platform of(String osName, String osArch) {
        String lower = osName.toLowerCase(Locale.ROOT);
        String os = lower.startsWith("mac") ? "darwin" : lower.startsWith("windows") ? "windows" : lower;
        return switch (osArch) {
            case "x86_64", "amd64" -> new Platform(os, "amd64", "");
            case "aarch64" -> new Platform(os, "arm64", "v8");
            case "arm" -> new Platform(os, "arm", "v7");
            case "x86", "i386", "i686" -> new Platform(os, "386", "");
            default -> new Platform(os, osArch, "");
        };
    }

    /** Returns which variants run here, the best first; the empty one, which says nothing, is the last of them. */
    private List<String> variants() {
        return switch (architecture + variant) {
            case "armv8" -> List.of("v8", "v7", "v6", "v5", "");
            case "armv7" -> List.of("v7", "v6", "v5", "");
            case "armv6" -> List.of("v6", "v5", "");
            case "amd64" -> List.of("", "v1");
            default -> variant.isEmpty() ? List.of("") : List.of(variant, "");
        };
    }

    /** Returns how well an image of that platform fits here: the less the better, negative for not at all. */
    int fit(Platform image) {
        if (!os.equals(image.os) || !architecture.equals(image.architecture)) {
            return -1;
        }
        return variants().indexOf(image.variant);
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
