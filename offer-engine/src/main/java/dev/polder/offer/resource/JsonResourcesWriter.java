package dev.polder.offer.resource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Writes resources as the protocol's {@code Resource} objects, fields in the order of their declaration. */
final class JsonResourcesWriter {
    private final JsonGenerator json;
    private final ResourceJson.Form form;

    private JsonResourcesWriter(JsonGenerator json, ResourceJson.Form form) {
        this.json = json;
        this.form = form;
    }

    static String write(JsonFactory factory, Resources resources, ResourceJson.Form form) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = factory.createGenerator(text)) {
            JsonResourcesWriter writer = new JsonResourcesWriter(json, form);
            json.writeStartArray();
            for (Entries.Entry entry : Wording.sorted(resources)) {
                long copies = entry.value() instanceof Value.Amount amount ? amount.copies() : 1;
                for (long copy = 0; copy < copies; copy++) {
                    writer.resource(entry.id(), entry.value());
                }
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void resource(ResourceId id, Value value) throws IOException {
        json.writeStartObject();
        if (id.provider().isPresent()) {
            json.writeObjectFieldStart("provider_id");
            json.writeStringField("value", id.provider().get());
            json.writeEndObject();
        }
        json.writeStringField("name", id.name());
        json.writeStringField("type", id.kind().name());
        value(value);
        if (form != ResourceJson.Form.STACK) {
            role(id);
        }
        if (id.allocationRole().isPresent()) {
            json.writeObjectFieldStart("allocation_info");
            json.writeStringField("role", id.allocationRole().get());
            json.writeEndObject();
        }
        reservations(id);
        if (id.disk().isPresent()) {
            disk(id.disk().get());
        }
        emptyIf(id.isRevocable(), "revocable");
        emptyIf(id.isShared(), "shared");
        json.writeEndObject();
    }

    private void emptyIf(boolean isSo, String field) throws IOException {
        if (isSo) {
            json.writeObjectFieldStart(field);
            json.writeEndObject();
        }
    }

    private void value(Value value) throws IOException {
        if (value instanceof Value.Amount amount) {
            json.writeObjectFieldStart("scalar");
            json.writeNumberField("value", amount.thousandths() / 1000.0);
        } else if (value instanceof Value.Numbers numbers) {
            json.writeObjectFieldStart("ranges");
            json.writeArrayFieldStart("range");
            for (Ranges.Range range : numbers.ranges().ranges()) {
                json.writeStartObject();
                json.writeNumberField("begin", range.begin());
                json.writeNumberField("end", range.end());
                json.writeEndObject();
            }
            json.writeEndArray();
        } else if (value instanceof Value.Items set) {
            json.writeObjectFieldStart("set");
            json.writeArrayFieldStart("item");
            for (String item : set.items()) {
                json.writeString(item);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void role(ResourceId id) throws IOException {
        Optional<Reservation> current = id.reservation();
        if (!id.isRefined()) {
            json.writeStringField("role", current.map(Reservation::role).orElse(RolePath.ANY));
        } else if (form == ResourceJson.Form.ROLE) {
            throw new IllegalArgumentException(
                    "resource " + id + " has refined reservations, which cannot be written as one role");
        }
    }

    private void reservations(ResourceId id) throws IOException {
        boolean inOldForm = form != ResourceJson.Form.STACK && !id.isRefined();
        if (inOldForm && id.isDynamicallyReserved()) {
            json.writeObjectFieldStart("reservation");
            principalAndLabels(id.reservations().get(0));
            json.writeEndObject();
        }
        if (id.isReserved() && form != ResourceJson.Form.ROLE) {
            json.writeArrayFieldStart("reservations");
            for (Reservation reservation : id.reservations()) {
                json.writeStartObject();
                json.writeStringField("type", reservation.type().name());
                json.writeStringField("role", reservation.role());
                principalAndLabels(reservation);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private void principalAndLabels(Reservation reservation) throws IOException {
        text("principal", reservation.principal());
        labels("labels", reservation.labels());
    }

    private void disk(Disk disk) throws IOException {
        json.writeObjectFieldStart("disk");
        if (disk.persistence().isPresent()) {
            json.writeObjectFieldStart("persistence");
            json.writeStringField("id", disk.persistence().get().id());
            text("principal", disk.persistence().get().principal());
            json.writeEndObject();
        }
        if (disk.volume().isPresent()) {
            Disk.Volume volume = disk.volume().get();
            json.writeObjectFieldStart("volume");
            json.writeStringField("mode", volume.mode().name());
            json.writeStringField("container_path", volume.containerPath());
            text("host_path", volume.hostPath());
            json.writeEndObject();
        }
        if (disk.source().isPresent()) {
            source(disk.source().get());
        }
        json.writeEndObject();
    }

    private void source(Disk.Source source) throws IOException {
        json.writeObjectFieldStart("source");
        json.writeStringField("type", source.type().name());
        if (source.root().isPresent()) {
            json.writeObjectFieldStart(source.type() == Disk.Source.Type.PATH ? "path" : "mount");
            json.writeStringField("root", source.root().get());
            json.writeEndObject();
        }
        text("vendor", source.vendor());
        text("id", source.id());
        labels("metadata", source.metadata());
        text("profile", source.profile());
        json.writeEndObject();
    }

    private void text(String field, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeStringField(field, text.get());
        }
    }

    private void labels(String field, List<Label> labels) throws IOException {
        if (labels.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(field);
        json.writeArrayFieldStart("labels");
        for (Label label : labels) {
            json.writeStartObject();
            json.writeStringField("key", label.key());
            text("value", label.value());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
