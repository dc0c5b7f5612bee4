package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The versions of the CNI specification that are spoken here, the oldest first. */
enum CniVersion {
    V0_3_0("0.3.0"),
    V0_3_1("0.3.1"),
    V0_4_0("0.4.0"),
    V1_0_0("1.0.0"),
    V1_1_0("1.1.0");

    private final String text;

    CniVersion(String text) {
        this.text = text;
    }

    static Optional<CniVersion> of(String text) {
        return Arrays.stream(values())
                .filter(version -> version.text.equals(text))
                .findFirst();
    }

    /** Returns those of an array of texts that are spoken here. */
    static List<CniVersion> spoken(JsonValue versions) throws JsonException {
        List<CniVersion> spoken = new ArrayList<>();
        for (String version : versions.texts()) {
            of(version).ifPresent(spoken::add);
        }
        return spoken;
    }

    /** Tells whether there is CHECK, and whether DEL is told the result of ADD. */
    boolean hasCheck() {
        return compareTo(V0_4_0) >= 0;
    }

    /** Tells whether there is GC. */
    boolean hasGarbageCollection() {
        return compareTo(V1_1_0) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
