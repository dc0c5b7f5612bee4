package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

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
}
