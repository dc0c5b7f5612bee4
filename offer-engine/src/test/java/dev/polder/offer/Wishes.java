package dev.polder.offer;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What the numbers of a {@link Move} stand for: values that do not depend on what is there. */
final class Wishes {
    private Wishes() {}

    static AgentProfile agent(Move move) {
        Resources plain = Resources.ofPlain(move.pick() % 2 == 0 ? 4_000 : 6_000, 0, 0, 64_000);
        AgentProfile profile = AgentProfile.of(
                        switch (move.other() % 4) {
                            case 0 -> move.amount();
                            case 1 ->
                                plain.plus(
                                        Resources.builder().range("ports", 0, 3).build());
                            default -> plain;
                        })
                .withHostname("h" + move.pick() % 4)
                .withAttributes(List.of(AgentAttribute.text("rack", move.pick() % 4 == 0 ? "r1" : "r2")));
        return move.other() % 16 == 9 ? profile.withDomain("there", "z") : profile;
    }

    static FrameworkProfile framework(String name, Move move) {
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < Move.ROLES.size(); i++) {
            if ((move.other() & (1 << i)) != 0) {
                roles.add(Move.ROLES.get(i));
            }
        }
        FrameworkProfile profile = FrameworkProfile.of(name, roles);
        for (Capability capability : Capability.values()) {
            if (move.pick() % (capability.bit + 2) < 2) {
                profile = profile.with(capability);
            }
        }
        if (!roles.isEmpty() && move.pick() % 8 == 0) {
            OfferConstraints.Predicate isOne = new OfferConstraints.Predicate.TextEquals("r2");
            OfferConstraints.Constraint onRack =
                    new OfferConstraints.Constraint(new OfferConstraints.Selector.Attribute("rack"), isOne);
            profile = profile.with(
                    roles.get(0),
                    SubscriptionProfile.DEFAULT.withConstraints(
                            OfferConstraints.of(List.of(new OfferConstraints.Group(List.of(onRack))))));
        }
        return profile;
    }

    static List<Demand> demands(Move move) {
        List<Demand> demands = new ArrayList<>();
        for (int i = 0; i < Math.min(3, move.pick() % 5); i++) {
            demands.add(demand(move.other() + 5 * i));
        }
        return demands;
    }

    static Demand demand(int pick) {
        Demand demand = switch (pick % 8) {
            case 0, 1 -> Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0));
            case 2 -> Demand.of(2, Quantities.ofPlain(3_000, 0, 0, 32_000));
            case 3 -> Demand.of(3, Quantities.ofPlain(1_000, 0, 0, 0));
            case 4 -> Demand.of(2, Quantities.ofPlain(500, 0, 0, 0)).withPieces("ports", 2);
            case 5 -> Demand.of(1, Quantities.ofPlain(6_000, 0, 0, 64_000));
            case 6 -> Demand.of(9, Quantities.ofPlain(2_000, 0, 0, 0)).withPerOffer(1);
            default -> Demand.of(1, Quantities.ofPlain(0, 8_000, 0, 1_000));
        };
        return pick % 3 == 0 ? demand.withPriority(pick % 5) : demand;
    }

    static Gang gang(Move move) {
        long withinMs = List.of(1L, 1_000L, 10_000L, 30_000L, 60_000L).get(move.pick() % 5);
        Demand each = move.other() % 4 == 0
                ? withoutPriority(demand(move.other() / 4))
                : Demand.of(1, Quantities.ofPlain(500L * (1 + move.other() % 6), 0, 0, 0));
        return new Gang(1 + move.pick() % 4, each, withinMs);
    }

    private static Demand withoutPriority(Demand demand) {
        return new Demand(demand.tasks(), demand.shape(), demand.pieces(), demand.perOffer(), OptionalInt.empty());
    }

    static Quota quota(int pick) {
        return switch (pick % 5) {
            case 0 -> Quota.guarantee(Quantities.of(Map.of("cpus", 4_000L)));
            case 1 -> Quota.limit(Limits.of(Map.of("cpus", 3_000L)));
            case 2 -> Quota.limit(Limits.of(Map.of("cpus", 8_000L, "mem", 96_000L)));
            case 3 -> new Quota(Quantities.of(Map.of("mem", 32_000L)), Limits.of(Map.of("mem", 128_000L)));
            default -> Quota.limit(Limits.of(Map.of("mem", 64_000L)));
        };
    }

    /** Reserves some of what is there for a role, and sometimes takes that back. */
    static List<Conversion> conversions(Move move, Resources there, String role) {
        Resources some = Resources.ofPlain(Math.min(1_000, there.cpus()), 0, 0, Math.min(32_000, there.mem()));
        Resources reserved = some.push(Reservation.dynamic(role));
        Conversion reserve = new Conversion(some, reserved);
        Resources ours = there.filter(id -> id.isDynamicallyReserved() && !id.isRefined());
        return switch (move.pick() % 3) {
            case 0 -> List.of(reserve);
            case 1 -> List.of(reserve, new Conversion(reserved, some));
            default -> List.of(new Conversion(ours, ours.toUnreserved()));
        };
    }
}
