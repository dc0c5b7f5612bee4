package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);
    private static final String DEFAULT = ImageReference.REGISTRY_DEFAULT;

    @ParameterizedTest
    @CsvSource({
        "busybox, DEFAULT/library/busybox:latest",
        "busybox:1.35, DEFAULT/library/busybox:1.35",
        "some/thing, DEFAULT/some/thing:latest",
        "a/b/c:x, DEFAULT/a/b/c:x",
        "DEFAULT/busybox, DEFAULT/library/busybox:latest",
        "index.DEFAULT/busybox, DEFAULT/library/busybox:latest",
        "localhost/busybox, localhost/busybox:latest",
        "127.0.0.1:5000/busybox:2, 127.0.0.1:5000/busybox:2",
        "[::1]:5000/x/y, [::1]:5000/x/y:latest",
        "registry.example/x, registry.example/x:latest",
        "UPPER/x, UPPER/x:latest",
        "host:5000/x@DIGEST, host:5000/x@DIGEST",
        "x:tag@DIGEST, DEFAULT/library/x:tag@DIGEST",
        "x@DIGEST, DEFAULT/library/x@DIGEST",
        "a__b/c--d/e.f_g, DEFAULT/a__b/c--d/e.f_g:latest"
    })
    void shouldFillInWhatDockerFillsIn(String text, String normal) {
        assertThat(ImageReference.parse(filled(text))).hasToString(filled(normal));
    }

    private static String filled(String text) {
        return text.replace("DEFAULT", DEFAULT).replace("DIGEST", "sha256:" + HEX);
    }

    @ParameterizedTest
    @CsvSource({
        "Busybox, component 'Busybox'",
        "a/../b, component '..'",
        "a//b, component ''",
        "a/.b, component '.b'",
        "a/b-, component 'b-'",
        "a___b, component 'a___b'",
        "/a, component ''",
        "x:, tag ''",
        "x:-tag, tag '-tag'",
        "x:1/b:c:d, tag 'c:d'",
        "x:a/b, port is not 0 to 65535",
        "x@sha256:12, has not 64 lower-case",
        "x@md5:12, neither sha256 nor sha512",
        "x@sha256, has no ':'",
        "host:99999/x, port is not 0 to 65535",
        "host:/x, port is not 0 to 65535",
        "-host.x/y, registry '-host.x'",
        "'', image name is empty"
    })
    void shouldSayWhichComponentIsWrong(String text, String words) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        assertThat(ImageReference.parse("h.x/" + "a".repeat(251)).repository()).hasSize(251);
        assertThatThrownBy(() -> ImageReference.parse("h.x/" + "a".repeat(252)))
                .hasMessageContaining("name of 256 characters is longer than NAME_LENGTH_MAX=255");
        assertThat(ImageReference.parse("x:" + "t".repeat(128)).tag()).contains("t".repeat(128));
        assertThatThrownBy(() -> ImageReference.parse("x:" + "t".repeat(129))).hasMessageContaining("1 to 128");
    }

    @Test
    void shouldTakeAnotherDefaultRegistry() {
        assertThat(ImageReference.parse("busybox", "127.0.0.1:5000")).hasToString("127.0.0.1:5000/busybox:latest");
        assertThat(ImageReference.parse("x.y/busybox", "127.0.0.1:5000")).hasToString("x.y/busybox:latest");
    }

    @Test
    void shouldAskForTheDigestBeforeTheTag() {
        assertThat(ImageReference.parse("x:tag@sha256:" + HEX).version()).isEqualTo("sha256:" + HEX);
        assertThat(ImageReference.parse("x:tag").version()).isEqualTo("tag");
    }
}
