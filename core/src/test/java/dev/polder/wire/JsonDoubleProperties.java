package dev.polder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonDoubleProperties {

    @Property
    void shouldReadBackTheSame(@ForAll long bits) {
        double value = Double.longBitsToDouble(bits);
        if (!Double.isFinite(value)) {
            return;
        }

        String text = JsonDouble.text(value);

        assertThat(Double.parseDouble(text)).isEqualTo(value);
        assertThat(JsonNumber.parse(text)).isPresent();
        assertThat(text).containsAnyOf(".", "e");
    }
}
