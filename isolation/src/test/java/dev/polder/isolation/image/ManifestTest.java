package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    private static final Digest DIGEST = Digest.sha256(new byte[0]);

    @ParameterizedTest
    @CsvSource({
        // wanted; offered; chosen
        "linux/amd64, linux/arm64 linux/amd64 windows/amd64, linux/amd64",
        "linux/arm/v7, linux/arm/v5 linux/arm/v6 linux/arm/v8, linux/arm/v6",
        "linux/arm/v7, linux/arm linux/arm/v7, linux/arm/v7",
        "linux/arm64/v8, linux/arm/v7 linux/arm64, linux/arm64",
        "linux/amd64, linux/amd64/v3 linux/amd64, linux/amd64",
        "linux/amd64, linux/amd64/v3, none",
        "linux/arm/v6, linux/arm/v7, none",
        "linux/s390x, linux/amd64 unknown/unknown, none"
    })
    void shouldChooseTheBestFittingImage(String wanted, String offered, String chosen) throws Exception {
        StringBuilder index = new StringBuilder("{\"manifests\":[");
        for (String platform : offered.split(" ", -1)) {
            Platform parsed = platform(platform);
            index.append(index.charAt(index.length() - 1) == '[' ? "" : ",")
                    .append("{\"digest\":\"" + Digest.sha256(platform.getBytes(StandardCharsets.UTF_8)))
                    .append("\",\"size\":1,\"platform\":{\"os\":\"" + parsed.os() + "\",\"architecture\":\"")
                    .append(parsed.architecture() + "\",\"variant\":\"" + parsed.variant() + "\"}}");
        }
        JsonObject json = parse(index.append("]}").toString());

        if (chosen.equals("none")) {
            assertThatThrownBy(() -> Manifest.choose(json, platform(wanted)))
                    .hasMessageContaining("no image for " + wanted + " among [" + offered.replace(" ", ", ") + "]");
        } else {
            assertThat(Manifest.choose(json, platform(wanted)).digest())
                    .isEqualTo(Digest.sha256(chosen.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static Platform platform(String text) {
        String[] words = (text + "//").split("/", -1);
        return new Platform(words[0], words[1], words[2]);
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux/amd64",
        "Mac OS X, aarch64, darwin/arm64/v8",
        "Linux, arm, linux/arm/v7",
        "Linux, i386, linux/386",
        "Linux, s390x, linux/s390x",
        "Windows 11, amd64, windows/amd64"
    })
    void shouldKnowAHostByGoNames(String os, String architecture, String platform) {
        assertThat(Platform.of(os, architecture)).hasToString(platform);
    }

    @Test
    void shouldRefuseSchemaOneInWords() {
        assertThatThrownBy(() -> Manifest.isIndex(parse("{\"schemaVersion\":1,\"fsLayers\":[]}"), ""))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("schema 1");
        assertThatThrownBy(() ->
                        Manifest.isIndex(parse("{}"), "application/vnd.docker.distribution.manifest.v1+prettyjws"))
                .hasMessageContaining("schema 1");
    }

    @Test
    void shouldTellAnIndexFromAManifest() throws Exception {
        assertThat(Manifest.isIndex(parse("{\"mediaType\":\"" + Manifest.DOCKER_INDEX + "\"}"), Manifest.OCI))
                .isTrue();
        assertThat(Manifest.isIndex(parse("{}"), Manifest.DOCKER)).isFalse();
        assertThat(Manifest.isIndex(parse("{\"manifests\":[]}"), "application/json"))
                .isTrue();
        assertThat(Manifest.isIndex(parse("{\"layers\":[]}"), "")).isFalse();
        assertThatThrownBy(() -> Manifest.isIndex(parse("{}"), "text/html"))
                .hasMessageContaining("'text/html' is neither a manifest nor an index");
    }

    @Test
    void shouldRefuseWhatIsNoImageToRun() {
        String layer = descriptor(Manifest.LAYER_TAR, 1);
        Map.of(
                        manifest("application/vnd.cncf.helm.config.v1+json", 2, layer),
                        "not of an image to run",
                        manifest(CONFIG, Manifest.CONFIG_BYTES_MAX + 1L, layer),
                        "larger than CONFIG_BYTES_MAX",
                        manifest(CONFIG, 2, ""),
                        "0 layers, not 1 to",
                        manifest(CONFIG, 2, (layer + ",").repeat(400) + layer),
                        "401 layers, not 1 to",
                        manifest(CONFIG, 2, descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 1)),
                        "not a layer that may be kept",
                        manifest(CONFIG, 2, descriptor(Manifest.LAYER_TAR, -1)),
                        "is negative",
                        "{\"config\":{\"digest\":\"x\",\"size\":1}}",
                        "has no ':'",
                        "{\"config\":{\"size\":1}}",
                        "has no 'digest'",
                        "{\"config\":{\"digest\":\"" + DIGEST + "\",\"size\":\"1\"}}",
                        "size is not a long")
                .forEach((document, words) -> assertThatThrownBy(() -> Manifest.parse(DIGEST, parse(document)))
                        .isInstanceOf(ImageException.class)
                        .hasMessageContaining(words));
    }

    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";

    private static String manifest(String configType, long configSize, String layers) {
        return "{\"config\":" + descriptor(configType, configSize) + ",\"layers\":[" + layers + "]}";
    }

    private static String descriptor(String mediaType, long size) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + DIGEST + "\",\"size\":" + size + "}";
    }

    private static JsonObject parse(String document) throws ImageException {
        return JsonObject.parse(document.getBytes(StandardCharsets.UTF_8), "m");
    }
}
