package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An attachment as it is noted on disk: with all that DEL needs, even if the network's file has changed or is gone.
 *
 * @param runtimeConfig by capability
 * @param networkInfo what Mesos's plug-ins find in {@code args}
 * @param result of the last plug-in that has ended, null before the first has
 * @param isWhole whether the last plug-in of the chain has ended
 */
record Attachment(
        AttachmentId id,
        String namespace,
        CniVersion version,
        CniConfiguration configuration,
        Map<String, Object> runtimeConfig,
        Map<String, Object> networkInfo,
        @Nullable Map<String, Object> result,
        boolean isWhole) {
    /** The names by which plug-ins know an attachment. */
    record AttachmentId(ContainerId container, String interfaceName) {
        AttachmentId {
            requireNonNull(container, "container");
            CniNames.requireInterface(interfaceName);
        }

        @Override
        public String toString() {
            return interfaceName + " of container " + container;
        }
    }

    static Attachment of(AttachmentId id, JsonValue document) throws JsonException {
        JsonValue version = document.get("cniVersion");
        JsonValue result = document.get("result");
        return new Attachment(
                id,
                document.get("namespace").text(),
                CniVersion.of(version.text())
                        .orElseThrow(() -> new JsonException(version + " is no version that is spoken here")),
                CniConfiguration.ofList(document.get("configuration")),
                document.get("runtimeConfig").object(),
                document.get("networkInfo").object(),
                result.isPresent() ? result.object() : null,
                document.get("whole").flag());
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("namespace", namespace);
        document.put("cniVersion", version.toString());
        document.put("configuration", configuration.document());
        document.put("runtimeConfig", runtimeConfig);
        document.put("networkInfo", networkInfo);
        if (result != null) {
            document.put("result", result);
        }
        document.put("whole", isWhole);
        return document;
    }

    Attachment withResult(Map<String, Object> given) {
        return new Attachment(id, namespace, version, configuration, runtimeConfig, networkInfo, given, false);
    }

    /** Returns the same after the last plug-in has ended. */
    Attachment whole() {
        return new Attachment(id, namespace, version, configuration, runtimeConfig, networkInfo, result, true);
    }
}
