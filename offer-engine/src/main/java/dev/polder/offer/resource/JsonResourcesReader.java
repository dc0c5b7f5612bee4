package dev.polder.offer.resource;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an array of the protocol's {@code Resource} objects. For one text. */
final class JsonResourcesReader {
    private final JsonFields fields;
    private final JsonParser parser;
    private final String defaultRole;
    private final Consumer<ResourceId> check;
    private final ResourcesBuilder resources = Resources.builder();

    JsonResourcesReader(String text, JsonParser parser, String defaultRole, Consumer<ResourceId> check) {
        this.fields = new JsonFields(text, parser);
        this.parser = parser;
        this.defaultRole = defaultRole;
        this.check = check;
    }

    /** What the fields of one resource said. */
    private static final class Draft {
        @Nullable
        String name;

        @Nullable
        ResourceKind type;

        @Nullable
        Double scalar;

        @Nullable
        List<Ranges.Range> ranges;

        @Nullable
        List<String> set;

        @Nullable
        String role;

        @Nullable
        ReservationDraft reservation;

        List<Reservation> reservations = List.of();

        @Nullable
        String allocationRole;

        @Nullable
        Disk disk;

        boolean revocable;
        boolean shared;

        @Nullable
        String provider;
    }

    /** What the fields of one reservation said. */
    private static final class ReservationDraft {
        Reservation.@Nullable Type type;

        @Nullable
        String role;

        @Nullable
        String principal;

        List<Label> labels = List.of();

        Reservation finish(Reservation.Type itsType, String itsRole) {
            return new Reservation(itsType, itsRole, Optional.ofNullable(principal), labels);
        }
    }

    Resources read() throws IOException {
        parser.nextToken();
        fields.list("resources", () -> {
            resource();
            return true;
        });
        int end = fields.position();
        fields.end();
        try {
            return resources.build();
        } catch (ArithmeticException e) {
            throw fields.problem(end, e);
        }
    }

    private void resource() throws IOException {
        int start = fields.position();
        Draft draft = new Draft();
        fields.object("a resource", field -> read(draft, field));
        try {
            ResourceId id = id(draft);
            check.accept(id);
            @Nullable Value value = value(draft, id);
            if (value != null) {
                resources.add(id, value);
            }
        } catch (ResourceSyntaxException e) {
            throw e;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw fields.problem(start, e);
        }
    }

    private boolean read(Draft draft, String field) throws IOException {
        switch (field) {
            case "name" -> draft.name = fields.text("name");
            case "type" -> draft.type = fields.constant("type", ResourceKind.values());
            case "scalar" -> draft.scalar = scalar();
            case "ranges" -> draft.ranges = fields.listWithin("ranges", "range", this::range);
            case "set" -> draft.set = fields.listWithin("set", "item", () -> fields.text("item"));
            case "role" -> draft.role = fields.text("role");
            case "reservation" -> draft.reservation = reservationDraft();
            case "reservations" -> draft.reservations = fields.list("reservations", this::reservation);
            case "allocation_info" ->
                draft.allocationRole = fields.texts(field, Set.of("role")).get("role");
            case "provider_id" ->
                draft.provider = fields.texts(field, Set.of("value")).get("value");
            case "disk" -> draft.disk = disk();
            case "revocable" -> draft.revocable = presence("revocable");
            case "shared" -> draft.shared = presence("shared");
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean presence(String what) throws IOException {
        fields.object(what, field -> false);
        return true;
    }

    // ---- values

    private @Nullable Double scalar() throws IOException {
        @Nullable Double[] value = {null};
        fields.object("scalar", field -> {
            if (!field.equals("value")) {
                return false;
            }
            value[0] = fields.number("value");
            return true;
        });
        return value[0];
    }

    private Ranges.Range range() throws IOException {
        int start = fields.position();
        Map<String, Long> ends = new HashMap<>();
        fields.object("a range", field -> {
            if (!field.equals("begin") && !field.equals("end")) {
                return false;
            }
            ends.put(field, fields.wholeNumber(field));
            return true;
        });
        @Nullable Long begin = ends.get("begin");
        @Nullable Long end = ends.get("end");
        if (begin == null || end == null) {
            throw fields.problem(start, "a range needs 'begin' and 'end'");
        }
        try {
            return new Ranges.Range(begin, end);
        } catch (IllegalArgumentException e) {
            throw fields.problem(start, e);
        }
    }

    /** Returns the value, null if it is 0, no range or no item. */
    private static @Nullable Value value(Draft draft, ResourceId id) {
        boolean alone =
                (draft.scalar == null ? 0 : 1) + (draft.ranges == null ? 0 : 1) + (draft.set == null ? 0 : 1) == 1;
        if (alone && id.kind() == ResourceKind.SCALAR && draft.scalar != null) {
            long thousandths = Thousandths.of(id.name(), draft.scalar);
            return thousandths == 0 ? null : new Value.Amount(thousandths);
        }
        if (alone && id.kind() == ResourceKind.RANGES && draft.ranges != null) {
            Ranges.requireDisjoint(draft.ranges);
            return draft.ranges.isEmpty() ? null : new Value.Numbers(Ranges.of(draft.ranges));
        }
        if (alone && id.kind() == ResourceKind.SET && draft.set != null) {
            return draft.set.isEmpty() ? null : new Value.Items(distinct(draft.set));
        }
        String field = switch (id.kind()) {
            case SCALAR -> "scalar";
            case RANGES -> "ranges";
            case SET -> "set";
        };
        throw new IllegalArgumentException(
                "resource " + id.name() + ": type " + id.kind() + " needs '" + field + "' with a value, and no other");
    }

    private static SortedSet<String> distinct(List<String> items) {
        SortedSet<String> distinct = new TreeSet<>();
        for (String item : items) {
            if (!distinct.add(item)) {
                throw new IllegalArgumentException("item '" + item + "' is there twice");
            }
        }
        return distinct;
    }

    // ---- identity

    private ResourceId id(Draft draft) {
        if (draft.name == null || draft.type == null) {
            throw new IllegalArgumentException("a resource needs 'name' and 'type'");
        }
        ResourceId id = ResourceId.of(draft.name, draft.type).withReservations(stack(draft));
        if (draft.disk != null) {
            id = id.withDisk(draft.disk);
        }
        id = id.withRevocable(draft.revocable).withShared(draft.shared);
        if (draft.provider != null) {
            id = id.withProvider(draft.provider);
        }
        return draft.allocationRole == null ? id : id.allocatedTo(draft.allocationRole);
    }

    /** Returns the reservations, whichever form they are told in. */
    private List<Reservation> stack(Draft draft) {
        if (draft.reservations.isEmpty()) {
            return oldForm(draft.role == null ? defaultRole : draft.role, draft.reservation);
        }
        boolean told = draft.role != null || draft.reservation != null;
        if (told
                && !draft.reservations.equals(
                        oldForm(draft.role == null ? RolePath.ANY : draft.role, draft.reservation))) {
            throw new IllegalArgumentException(
                    "resource " + draft.name + ": 'role' and 'reservation' do not say the same"
                            + " as 'reservations', which are " + draft.reservations);
        }
        return draft.reservations;
    }

    private static List<Reservation> oldForm(String role, @Nullable ReservationDraft reservation) {
        if (reservation == null) {
            return RolePath.requireValid(role).equals(RolePath.ANY) ? List.of() : List.of(Reservation.ofOperator(role));
        }
        if (reservation.type != null || reservation.role != null) {
            throw new IllegalArgumentException("'reservation' has a type or a role, which belong into 'reservations'");
        }
        return List.of(reservation.finish(Reservation.Type.DYNAMIC, role));
    }

    private Reservation reservation() throws IOException {
        int start = fields.position();
        ReservationDraft draft = reservationDraft();
        if (draft.type == null || draft.role == null) {
            throw fields.problem(start, "a reservation needs 'type' and 'role'");
        }
        try {
            return draft.finish(draft.type, draft.role);
        } catch (IllegalArgumentException e) {
            throw fields.problem(start, e);
        }
    }

    private ReservationDraft reservationDraft() throws IOException {
        ReservationDraft draft = new ReservationDraft();
        fields.object("a reservation", field -> {
            switch (field) {
                case "type" -> draft.type = fields.constant("type", Reservation.Type.values());
                case "role" -> draft.role = fields.text("role");
                case "principal" -> draft.principal = fields.text("principal");
                case "labels" -> draft.labels = fields.labels("labels");
                default -> {
                    return false;
                }
            }
            return true;
        });
        return draft;
    }

    private Disk disk() throws IOException {
        int start = fields.position();
        try {
            return new JsonDiskReader(fields).read();
        } catch (ResourceSyntaxException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw fields.problem(start, e);
        }
    }
}
