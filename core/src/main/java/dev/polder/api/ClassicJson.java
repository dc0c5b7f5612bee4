package dev.polder.api;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.google.protobuf.Message;
import dev.polder.wire.JsonCodec;
import dev.polder.wire.proto.Mesos.Attribute;
import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.Label;
import dev.polder.wire.proto.Mesos.Labels;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The building blocks of the classic endpoints' JSON, in Mesos's names and types. Safe for any thread. */
final class ClassicJson {
    private static final String UNRESERVED = "*";

    private final JsonFactory factory = new JsonFactory();
    private final JsonCodec codec = new JsonCodec();

    /** Writes part of a document. */
    @FunctionalInterface
    interface Part {
        void write(JsonGenerator json) throws IOException;
    }

    /** Returns one object with these fields, as UTF-8. */
    byte[] object(Part fields) {
        return document(json -> {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        });
    }

    /** Returns one array with these elements, as UTF-8. */
    byte[] array(Part elements) {
        return document(json -> {
            json.writeStartArray();
            elements.write(json);
            json.writeEndArray();
        });
    }

    private byte[] document(Part whole) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(4096)) {
            try (JsonGenerator json = factory.createGenerator(bytes, JsonEncoding.UTF8)) {
                whole.write(json);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("JSON into memory", e);
        }
    }

    /** Writes the fields that say which software this is. */
    static void version(JsonGenerator json, ApiConfig config) throws IOException {
        json.writeStringField("version", Api.MESOS_VERSION);
        json.writeStringField("polder_version", config.polderVersion());
        json.writeStringField("build_date", WallTime.text(config.builtWallMs()));
        number(json, "build_time", config.builtWallMs());
        json.writeStringField("build_user", "polder");
    }

    /** Writes thousandths (of a second, of a CPU) as a number with a fraction. */
    static void number(JsonGenerator json, String name, long thousandths) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(ResourceTotals.decimal(thousandths));
    }

    static void number(JsonGenerator json, String name, double value) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(JsonCodec.number(value));
    }

    static void strings(JsonGenerator json, String name, Iterable<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    static void flags(JsonGenerator json, Map<String, String> flags) throws IOException {
        json.writeObjectFieldStart("flags");
        for (Map.Entry<String, String> flag : new TreeMap<>(flags).entrySet()) {
            json.writeStringField(flag.getKey(), flag.getValue());
        }
        json.writeEndObject();
    }

    static void resources(JsonGenerator json, String name, ResourceTotals totals) throws IOException {
        json.writeFieldName(name);
        totals.write(json);
    }

    /** Writes what is reserved, by role, and what is not. */
    static void reservations(JsonGenerator json, List<Resource> resources) throws IOException {
        Map<String, List<Resource>> byRole = new TreeMap<>();
        for (Resource resource : resources) {
            byRole.computeIfAbsent(role(resource), any -> new ArrayList<>()).add(resource);
        }
        List<Resource> unreserved = byRole.remove(UNRESERVED);
        json.writeObjectFieldStart("reserved_resources");
        for (Map.Entry<String, List<Resource>> reserved : byRole.entrySet()) {
            resources(json, reserved.getKey(), ResourceTotals.of(reserved.getValue()));
        }
        json.writeEndObject();
        resources(json, "unreserved_resources", ResourceTotals.of(unreserved == null ? List.of() : unreserved));
    }

    static void attributes(JsonGenerator json, List<Attribute> attributes) throws IOException {
        json.writeObjectFieldStart("attributes");
        for (Attribute attribute : attributes) {
            String name = attribute.getName();
            switch (attribute.getType()) {
                case SCALAR -> number(json, name, attribute.getScalar().getValue());
                case TEXT -> json.writeStringField(name, attribute.getText().getValue());
                case RANGES ->
                    json.writeStringField(
                            name,
                            ResourceTotals.rangesText(attribute.getRanges().getRangeList()));
                case SET ->
                    json.writeStringField(
                            name, ResourceTotals.setText(attribute.getSet().getItemList()));
            }
        }
        json.writeEndObject();
    }

    static void labels(JsonGenerator json, Labels labels) throws IOException {
        json.writeArrayFieldStart("labels");
        for (Label label : labels.getLabelsList()) {
            json.writeStartObject();
            json.writeStringField("key", label.getKey());
            if (label.hasValue()) {
                json.writeStringField("value", label.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Writes a message as the v1 APIs show it. */
    void message(JsonGenerator json, String name, Message message) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(new String(codec.encode(message), StandardCharsets.UTF_8));
    }

    /**
     * Writes where a task's container is. There are three in most tasks of a large document, so that what they have
     * mostly is written by hand; it is what the codec would write.
     */
    void containerStatus(JsonGenerator json, ContainerStatus status) throws IOException {
        if (status.hasCgroupInfo()
                || status.getContainerId().hasParent()
                || !status.getNetworkInfosList().stream().allMatch(ClassicJson::hasAddressesOnly)) {
            message(json, "container_status", status);
            return;
        }
        json.writeObjectFieldStart("container_status");
        if (status.hasContainerId()) {
            json.writeObjectFieldStart("container_id");
            json.writeStringField("value", status.getContainerId().getValue());
            json.writeEndObject();
        }
        if (status.getNetworkInfosCount() > 0) {
            json.writeArrayFieldStart("network_infos");
            for (NetworkInfo network : status.getNetworkInfosList()) {
                addresses(json, network);
            }
            json.writeEndArray();
        }
        if (status.hasExecutorPid()) {
            json.writeNumberField("executor_pid", Integer.toUnsignedLong(status.getExecutorPid()));
        }
        json.writeEndObject();
    }

    private static boolean hasAddressesOnly(NetworkInfo network) {
        return !network.hasName()
                && network.getGroupsCount() == 0
                && !network.hasLabels()
                && network.getPortMappingsCount() == 0
                && network.getIpAddressesCount() > 0;
    }

    private static void addresses(JsonGenerator json, NetworkInfo network) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("ip_addresses");
        for (NetworkInfo.IPAddress address : network.getIpAddressesList()) {
            json.writeStartObject();
            json.writeStringField("protocol", address.getProtocol().name());
            if (address.hasIpAddress()) {
                json.writeStringField("ip_address", address.getIpAddress());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Returns whom the resource is reserved for: the last refinement's role, or, in the old form, its own. */
    private static String role(Resource resource) {
        int refinements = resource.getReservationsCount();
        return refinements == 0
                ? resource.getRole()
                : resource.getReservations(refinements - 1).getRole();
    }
}
