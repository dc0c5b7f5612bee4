package dev.polder.offer.resource;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Resources as an operator writes them for an agent: {@code cpus(prod):8;mem:4096;ports:[21000-24000];bugs:{a,b}}, a
 * role in parentheses for a static reservation. Blanks around everything do not count; what is repeated is added up.
 */
public final class ResourceText {
    /** What ends a name, a role or an item in the text form, so that none of them can contain it. */
    private static final Pattern SPECIAL = Pattern.compile("[;:()\\[\\]{},\\s]");

    private ResourceText() {}

    /**
     * Reads the text form, or, if the text begins with {@code [}, the form of {@link ResourceJson}; of that only what
     * an agent can be started with.
     *
     * @param defaultRole for whom is reserved what names no role; {@code *} for nobody
     * @throws ResourceSyntaxException if the text has neither form, or a value breaks a rule
     */
    public static Resources parse(String text, String defaultRole) {
        RolePath.requireValid(requireNonNull(defaultRole, "defaultRole"));
        requireNonNull(text, "text");
        if (text.stripLeading().startsWith("[")) {
            return ResourceJson.parse(text, defaultRole, ResourceText::requireOfAgent);
        }
        ResourcesBuilder resources = Resources.builder();
        new ResourceTextParser(text, defaultRole).parse((id, value) -> {
            if (value.isPresent()) {
                resources.add(id, value.get());
            }
        });
        try {
            return resources.build();
        } catch (ArithmeticException e) {
            throw ResourceSyntaxException.at(text, text.length(), e);
        }
    }

    /** Checks what an operator may say of an agent; the rest comes about while it runs. */
    private static void requireOfAgent(ResourceId id) {
        if (id.isPersistentVolume()) {
            throw new IllegalArgumentException(
                    "resource " + id + ": an agent cannot be started with a persistent volume");
        }
        if (id.isRevocable()) {
            throw new IllegalArgumentException(
                    "resource " + id + ": an agent cannot be started with revocable resources");
        }
        if (id.isDynamicallyReserved()) {
            throw new IllegalArgumentException(
                    "resource " + id + ": an agent cannot be started with a dynamic reservation");
        }
    }

    /**
     * Reads quantities, {@code cpus:0.5;mem:32}.
     *
     * @throws ResourceSyntaxException if the text has not that form, a name has a role, or a value is no scalar
     */
    public static Quantities parseQuantities(String text) {
        Quantities.Builder quantities = Quantities.builder();
        scalars(text).forEach((id, thousandths) -> quantities.add(id, thousandths));
        return quantities.build();
    }

    /**
     * Reads limits, {@code cpus:8;gpus:0}.
     *
     * @throws ResourceSyntaxException if the text has not that form, a name has a role or comes twice, or a value is no
     *     scalar
     */
    public static Limits parseLimits(String text) {
        return Limits.of(scalars(text));
    }

    private static Map<String, Long> scalars(String text) {
        Map<String, Long> scalars = new HashMap<>();
        new ResourceTextParser(requireNonNull(text, "text"), RolePath.ANY).parse((id, value) -> {
            if (id.isReserved() || id.kind() != ResourceKind.SCALAR) {
                throw new IllegalArgumentException("resource " + id + ": only scalars without a role can be counted");
            }
            long thousandths = value.isEmpty() ? 0 : ((Value.Amount) value.get()).thousandths();
            if (scalars.putIfAbsent(id.name(), thousandths) != null) {
                throw new IllegalArgumentException("resource " + id + ": is there twice");
            }
        });
        return scalars;
    }

    /**
     * Writes the text form, in order of names, without blanks.
     *
     * @throws IllegalArgumentException if something has none: all that is more than unreserved or statically reserved,
     *     and names and items with blanks, brackets, {@code ;}, {@code :} or {@code ,}
     */
    public static String print(Resources resources) {
        List<String> all = new ArrayList<>();
        for (Entries.Entry entry : Wording.sorted(resources)) {
            all.add(name(entry.id()) + ":" + value(entry.id(), entry.value()));
        }
        return String.join(";", all);
    }

    private static String name(ResourceId id) {
        if (SPECIAL.matcher(id.name()).find()) {
            throw noText(id, "its name is '" + id.name() + "'");
        }
        if (id.isPlain()) {
            return id.name();
        }
        String role = id.reservationRole().orElse(RolePath.ANY);
        ResourceId simple = ResourceId.of(id.name(), id.kind()).withReservations(List.of());
        if (!id.isReserved() || !id.equals(simple.pushed(Reservation.ofOperator(role)))) {
            throw noText(id, "it is more than statically reserved");
        }
        if (SPECIAL.matcher(role).find()) {
            throw noText(id, "its role is '" + role + "'");
        }
        return id.name() + "(" + role + ")";
    }

    private static String value(ResourceId id, Value value) {
        if (value instanceof Value.Numbers numbers) {
            return "["
                    + String.join(
                            ",",
                            numbers.ranges().ranges().stream()
                                    .map(Ranges.Range::toString)
                                    .toList())
                    + "]";
        }
        if (value instanceof Value.Items set) {
            for (String item : set.items()) {
                if (item.isEmpty() || SPECIAL.matcher(item).find()) {
                    throw noText(id, "its item is '" + item + "'");
                }
            }
            return "{" + String.join(",", set.items()) + "}";
        }
        return value.toString();
    }

    private static IllegalArgumentException noText(ResourceId id, String why) {
        return new IllegalArgumentException("resource " + id + " has no text form: " + why);
    }
}
