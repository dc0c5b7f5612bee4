package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.Predicate;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The algebra of resources, alone and against maps and sets. */
final class ResourcesProperties {
    @Provide
    Arbitrary<Amount> amounts() {
        return Amounts.any();
    }

    @Property
    void shouldHoldWhatWasPutIn(@ForAll("amounts") Amount amount) {
        Resources resources = amount.toResources();

        assertThat(Amount.of(resources)).isEqualTo(amount);
        assertThat(resources.isEmpty()).isEqualTo(amount.isNothing());
        assertThat(resources.scalars()).isEqualTo(amount.scalars());
        assertThat(resources.quantities().asMap()).isEqualTo(amount.scalars());
        amount.scalars()
                .forEach((name, value) -> assertThat(resources.scalar(name)).isEqualTo(value));
    }

    @Property
    void shouldCalculateLikeMapsAndSets(@ForAll("amounts") Amount one, @ForAll("amounts") Amount other) {
        Resources left = one.toResources();
        Resources right = other.toResources();

        assertThat(Amount.of(left.plus(right))).isEqualTo(one.plus(other));
        assertThat(Amount.of(left.minusSaturating(right))).isEqualTo(one.minus(other));
        assertThat(left.covers(right)).isEqualTo(one.covers(other));
        assertThat(left.intersects(right)).isEqualTo(one.intersects(other));
    }

    @Property
    void shouldTakeAwayExactlyWhatIsThereOrFail(@ForAll("amounts") Amount one, @ForAll("amounts") Amount other) {
        Resources left = one.toResources();
        Resources right = other.toResources();

        if (one.covers(other)) {
            assertThat(left.minus(right).plus(right)).isEqualTo(left);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> left.minus(right))
                    .withMessageStartingWith("not enough ");
        }
        assertThat(left.plus(right).covers(left)).isTrue();
    }

    @Property
    void shouldUndoPlusWhereNothingIsInBoth(@ForAll("amounts") Amount one, @ForAll("amounts") Amount other) {
        Resources left = one.toResources();
        Resources right = other.toResources();

        if (!left.intersects(right)) {
            assertThat(left.plus(right).minus(right)).isEqualTo(left);
        }
    }

    @Property
    void shouldNotCareForOrder(
            @ForAll("amounts") Amount one, @ForAll("amounts") Amount other, @ForAll("amounts") Amount third) {
        Resources a = one.toResources();
        Resources b = other.toResources();
        Resources c = third.toResources();

        assertThat(a.plus(b)).isEqualTo(b.plus(a)).hasSameHashCodeAs(b.plus(a));
        assertThat(a.plus(b).plus(c)).isEqualTo(a.plus(b.plus(c)));
        assertThat(a.minusSaturating(b).minusSaturating(c)).isEqualTo(a.minusSaturating(b.plus(c)));
    }

    @Property
    void shouldBeEqualExactlyWhenTheAmountsAre(@ForAll("amounts") Amount one, @ForAll("amounts") Amount other) {
        assertThat(one.toResources().equals(other.toResources())).isEqualTo(one.equals(other));
        assertThat(one.toResources()).hasSameHashCodeAs(one.toResources());
    }

    @Property
    void shouldNotDependOnWhichObjectsItsIdsAre(
            @ForAll("amounts") Amount one,
            @ForAll("amounts") Amount other,
            @ForAll @IntRange(min = 1, max = 4) int few) {
        ResourceIds ids = new ResourceIds(few);
        Resources left = one.toResources();
        Resources right = other.toResources();
        Resources known = ids.intern(one.toResources(ResourceIdProperties::copy));
        Resources copied = other.toResources(ResourceIdProperties::copy);

        assertThat(known).isEqualTo(left).hasSameHashCodeAs(left).hasToString(left.toString());
        assertThat(ids.intern(known)).isEqualTo(left);
        assertThat(known.plus(copied)).isEqualTo(left.plus(right));
        assertThat(known.minusSaturating(copied)).isEqualTo(left.minusSaturating(right));
        assertThat(known.covers(copied)).isEqualTo(left.covers(right));
        assertThat(known.intersects(copied)).isEqualTo(left.intersects(right));
    }

    @Property
    void shouldGiveBackAnOperandThatIsTheResult(@ForAll("amounts") Amount one, @ForAll("amounts") Amount other) {
        Resources left = one.toResources();
        Resources right = other.toResources();

        assertThat(left.plus(Resources.EMPTY)).isSameAs(left);
        assertThat(Resources.EMPTY.plus(left)).isSameAs(left);
        assertThat(left.minusSaturating(left)).isSameAs(Resources.EMPTY);
        assertThat(left.minusSaturating(one.toResources())).isSameAs(Resources.EMPTY);
        if (one.and(other).isNothing()) {
            assertThat(left.minusSaturating(right)).isSameAs(left);
        }
        assertThat(left.filter(id -> true)).isSameAs(left);
        assertThat(left.filter(id -> false)).isSameAs(Resources.EMPTY);
    }

    @Property
    void shouldConsistOfItsPlainAndItsSpecialPart(@ForAll("amounts") Amount amount) {
        Resources resources = amount.toResources();
        Resources special = resources.special();

        assertThat(resources.plain().plus(special)).isEqualTo(resources);
        assertThat(resources.plain().filter(id -> !id.isPlain())).isSameAs(Resources.EMPTY);
        assertThat(special.cpus() + special.disk() + special.gpus() + special.mem())
                .isZero();
        assertThat(special.withPlain(resources.cpus(), resources.disk(), resources.gpus(), resources.mem()))
                .isEqualTo(resources);
        assertThat(resources.plain())
                .isEqualTo(Resources.ofPlain(resources.cpus(), resources.disk(), resources.gpus(), resources.mem()));
        assertThat(special.special()).isSameAs(special);
        assertThat(resources.hasSpecial()).isEqualTo(!special.isEmpty());
        assertThat(resources.hasSpecialScalars())
                .isEqualTo(!special.quantities().isEmpty());
    }

    @Property
    void shouldBeDividedByAQuestion(@ForAll("amounts") Amount amount) {
        Resources resources = amount.toResources();
        for (Predicate<ResourceId> question : List.<Predicate<ResourceId>>of(
                ResourceId::isReserved,
                ResourceId::isRevocable,
                ResourceId::isShared,
                ResourceId::isPersistentVolume,
                ResourceId::isDivisible,
                id -> id.isAllocatableTo("r1/sub"),
                id -> id.allocationRole().isPresent())) {
            Resources yes = resources.filter(question);
            Resources no = resources.filter(question.negate());

            assertThat(yes.plus(no)).isEqualTo(resources);
            yes.forEach((id, value) -> assertThat(question.test(id)).isTrue());
            no.forEach((id, value) -> assertThat(question.test(id)).isFalse());
        }
    }

    @Property
    void shouldChangeIdsLikeMaps(@ForAll("amounts") Amount amount) {
        Resources resources = amount.toResources();

        assertThat(Amount.of(resources.toUnreserved())).isEqualTo(amount.withIds(ResourceId::unreserved));
        assertThat(Amount.of(resources.allocatedTo("r9"))).isEqualTo(amount.withIds(id -> id.allocatedTo("r9")));
        assertThat(Amount.of(resources.unallocated())).isEqualTo(amount.withIds(ResourceId::unallocated));
        assertThat(Amount.of(resources.withIds(ResourceId::withoutVolume)))
                .isEqualTo(amount.withIds(ResourceId::withoutVolume));
    }

    @Property
    void shouldUndoAReservation(@ForAll("amounts") Amount amount) {
        Resources unreserved = amount.toResources().toUnreserved();
        Reservation outer = Reservation.dynamic("r1", "p1");
        Reservation inner = Reservation.dynamic("r1/sub");

        Resources reserved = unreserved.push(outer).push(inner);

        assertThat(reserved.pop()).isEqualTo(unreserved.push(outer));
        assertThat(reserved.pop().pop()).isEqualTo(unreserved);
        assertThat(reserved.quantities()).isEqualTo(unreserved.quantities());
    }

    @Property
    void shouldShrinkToWhatIsAllowedAndNoFurther(@ForAll("amounts") Amount amount, @ForAll("amounts") Amount allowed) {
        Resources resources = amount.toResources();
        Quantities most = allowed.toResources().quantities();

        Resources left = resources.shrinkTo(most);
        Resources limited = resources.shrinkTo(Limits.of(most.asMap()));

        assertThat(resources.covers(left)).isTrue();
        assertThat(most.covers(left.quantities())).isTrue();
        assertThat(limited.filter(id -> most.of(id.name()) > 0 && id.kind() == ResourceKind.SCALAR))
                .isEqualTo(left);
        assertThat(limited.filter(id -> most.of(id.name()) == 0))
                .isEqualTo(resources.filter(id -> most.of(id.name()) == 0));
        // what was left out was too much: of what can be divided all that was allowed is there, of wholes no room is
        // left
        resources.minus(left).forEach((id, value) -> {
            long room = most.of(id.name()) - left.scalar(id.name());
            long needed = id.isDivisible() ? 1 : ((Value.Amount) value).thousandths();
            assertThat(room).as(id + ":" + value + " left out").isLessThan(needed);
        });
    }

    @Property
    void shouldBeReadAgainFromItsJson(@ForAll("amounts") Amount amount) {
        Resources resources = amount.toResources();

        for (ResourceJson.Form form : List.of(ResourceJson.Form.STACK, ResourceJson.Form.BOTH)) {
            Resources again = ResourceJson.parse(ResourceJson.print(resources, form), "*");

            assertThat(again).isEqualTo(resources).hasToString(resources.toString());
        }
        Resources unrefined = resources.filter(id -> !id.isRefined());
        assertThat(ResourceJson.parse(ResourceJson.print(unrefined, ResourceJson.Form.ROLE), "*"))
                .isEqualTo(unrefined);
    }

    @Property
    void shouldBeReadAgainFromItsTextIfItHasOne(@ForAll("amounts") Amount amount, @ForAll boolean reserve) {
        Resources plain = amount.toResources().filter(ResourceId::isPlain);
        Resources resources = reserve ? plain.plus(plain.push(Reservation.ofOperator("r1"))) : plain;

        assertThat(ResourceText.parse(ResourceText.print(resources), "*")).isEqualTo(resources);
    }
}
