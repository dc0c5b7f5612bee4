package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Quantities;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a framework waits for under a role: so many tasks of one shape, each to run on one agent. It is a hint: it keeps
 * away offers that are of no use, and is no promise. What is revocable, and persistent volumes, do not count for it; they,
 * and what is reserved or shared, come with an offer whole.
 *
 * @param tasks how many tasks wait; 1 to {@value #TASKS_MAX}
 * @param shape the scalars that one task needs; at least one
 * @param pieces how many numbers of ranges or items of sets one task needs besides, by name: {@code ports} to 2, at most
 *     {@value #PIECES_MAX} of a name; of what is not named nothing is offered that everybody may have
 * @param perOffer how many tasks the framework launches with one offer at most; 1 or more
 * @param priority the tasks' priority, empty for that of the role, which it never exceeds; a higher one comes first where
 *     preemption is on. A {@link Gang} has none
 */
public record Demand(
        long tasks, Quantities shape, SortedMap<String, Integer> pieces, long perOffer, OptionalInt priority) {
    /** As many demands as a framework may have under a role: each is looked at for each agent. */
    public static final int PER_ROLE_MAX = 16;

    /** As many numbers or items of one name as a task can need. */
    public static final int PIECES_MAX = 65_536;

    /** As many tasks as can be waited for. */
    public static final long TASKS_MAX = 1_000_000_000;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if a number is out of bounds, the shape is nothing, or a piece is a scalar
     */
    public Demand {
        requireNonNull(priority, "priority");
        if (tasks < 1 || tasks > TASKS_MAX) {
            throw new IllegalArgumentException("demand of " + tasks + " tasks: must be 1 to " + TASKS_MAX);
        }
        if (shape.isEmpty()) {
            throw new IllegalArgumentException(
                    "demand of " + tasks + " tasks: a task needs nothing, must be something");
        }
        if (perOffer < 1) {
            throw new IllegalArgumentException("demand of " + perOffer + " tasks an offer: must be 1 or more");
        }
        pieces = Collections.unmodifiableSortedMap(new TreeMap<>(pieces));
        for (Map.Entry<String, Integer> piece : pieces.entrySet()) {
            if (ClusterTotal.isField(piece.getKey()) || shape.of(piece.getKey()) > 0) {
                throw new IllegalArgumentException("demand of " + piece.getValue() + " pieces of " + piece.getKey()
                        + ": is a scalar, which belongs to the shape");
            }
            if (piece.getValue() < 1 || piece.getValue() > PIECES_MAX) {
                throw new IllegalArgumentException(
                        "demand of " + piece.getValue() + " " + piece.getKey() + " a task: must be 1 to " + PIECES_MAX);
            }
        }
    }

    /** Returns a demand for tasks of this shape, as many with an offer as fit. */
    public static Demand of(long tasks, Quantities shape) {
        return new Demand(tasks, shape, Collections.emptySortedMap(), TASKS_MAX, OptionalInt.empty());
    }

    /** Tells whether both are for tasks that need the same and are as urgent, however many. */
    boolean isOfSameTasks(Demand other) {
        return shape.equals(other.shape) && pieces.equals(other.pieces) && priority.equals(other.priority);
    }

    /** Returns this with so many numbers or items for each task besides. */
    public Demand withPieces(String name, int count) {
        SortedMap<String, Integer> all = new TreeMap<>(pieces);
        all.put(name, count);
        return new Demand(tasks, shape, all, perOffer, priority);
    }

    /** Returns this with at most so many tasks an offer. */
    public Demand withPerOffer(long most) {
        return new Demand(tasks, shape, pieces, most, priority);
    }

    /** Returns this with a priority of its own. */
    public Demand withPriority(int own) {
        return new Demand(tasks, shape, pieces, perOffer, OptionalInt.of(own));
    }
}
