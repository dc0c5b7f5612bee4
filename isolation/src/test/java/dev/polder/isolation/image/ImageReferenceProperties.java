package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ImageReferenceProperties {
    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> registry = Arbitraries.of(
                "", "localhost/", "localhost:1/", "a.b/", "127.0.0.1:5000/", "[::1]:9/", "A/", "x-y.z:65535/");
        Arbitrary<String> word = Arbitraries.strings()
                .withCharRange('a', 'f')
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(6);
        Arbitrary<String> component = word.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .flatMap(words -> Arbitraries.of(".", "_", "__", "-", "---").map(by -> String.join(by, words)));
        Arbitrary<String> repository =
                component.list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join("/", parts));
        Arbitrary<String> tag = Arbitraries.of("", ":latest", ":1.0", ":_", ":V-1._");
        Arbitrary<String> digest = Arbitraries.of("", "@sha256:" + "ab".repeat(32), "@sha512:" + "0f".repeat(64));
        return Combinators.combine(registry, repository, tag, digest).as((r, n, t, d) -> r + n + t + d);
    }

    @Property
    void theNormalFormMeansTheSame(@ForAll("names") String name) {
        ImageReference reference = ImageReference.parse(name);

        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        assertThat(reference.toString()).contains(name.replaceFirst("^[^/]*[.:A-Z][^/]*/|^localhost[^/]*/", ""));
    }

    @Property
    void whateverIsTakenNamesNoPlaceOutside(@ForAll("anything") String text) {
        try {
            ImageReference reference = ImageReference.parse(text);
            assertThat(reference.repository())
                    .matches("[a-z0-9]+([._/-]+[a-z0-9]+)*")
                    .doesNotContain("..");
            assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Provide
    Arbitrary<String> anything() {
        return Arbitraries.strings().withChars("ab1.:/@-_A[] \0é%~").ofMaxLength(24);
    }
}
