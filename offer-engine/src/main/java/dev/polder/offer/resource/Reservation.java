package dev.polder.offer.resource;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a resource is kept for one role: the operator said so when the agent was started, or someone asked for it later.
 * Two reservations are the same only if everything about them is; the order of labels does not matter.
 *
 * @param type who made it
 * @param role for whom; a valid role, never {@code *}
 * @param principal who asked for it, if that is known
 * @param labels in ascending order
 */
public record Reservation(Type type, String role, Optional<String> principal, List<Label> labels) {
    /** Who made a reservation, with the names of the protocol. */
    public enum Type {
        /** The operator, when the agent was started; it cannot be taken back. */
        STATIC,
        /** A framework or an operator, while the agent ran; it can be taken back. */
        DYNAMIC
    }

    /**
     * Checks the role and sorts the labels.
     *
     * @throws IllegalArgumentException if the role is no role that something can be reserved for
     */
    public Reservation {
        Objects.requireNonNull(type, "type");
        RolePath.requireValid(role);
        if (role.equals(RolePath.ANY)) {
            throw new IllegalArgumentException("reservation for role '*': nothing can be reserved for it");
        }
        Objects.requireNonNull(principal, "principal");
        labels = Label.sorted(labels);
    }

    /** Returns a reservation that an agent was started with. */
    public static Reservation ofOperator(String role) {
        return new Reservation(Type.STATIC, role, Optional.empty(), List.of());
    }

    /** Returns a reservation that somebody unnamed asked for. */
    public static Reservation dynamic(String role) {
        return new Reservation(Type.DYNAMIC, role, Optional.empty(), List.of());
    }

    /** Returns a reservation that {@code principal} asked for. */
    public static Reservation dynamic(String role, String principal) {
        return new Reservation(Type.DYNAMIC, role, Optional.of(principal), List.of());
    }

    /** Returns the same with other labels. */
    public Reservation withLabels(List<Label> otherLabels) {
        return new Reservation(type, role, principal, otherLabels);
    }

    /** Tells whether it can be taken back. */
    public boolean isDynamic() {
        return type == Type.DYNAMIC;
    }

    /** The same in every JVM, which those of enums are not. */
    @Override
    public int hashCode() {
        return 31 * (31 * (31 * role.hashCode() + principal.hashCode()) + labels.hashCode())
                + type.name().hashCode();
    }

    static int compare(Reservation one, Reservation other) {
        int order = one.role.compareTo(other.role);
        if (order == 0) {
            order = one.type.compareTo(other.type);
        }
        if (order == 0) {
            order = Texts.compare(one.principal, other.principal);
        }
        return order != 0 ? order : Label.compare(one.labels, other.labels);
    }

    /** Returns the reservation as Mesos writes it: {@code (DYNAMIC,r1,p1,{k: v})}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(").append(type).append(',').append(role);
        principal.ifPresent(who -> text.append(',').append(who));
        if (!labels.isEmpty()) {
            text.append(',').append(Label.text(labels));
        }
        return text.append(')').toString();
    }
}
