package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.DYNAMIC_R1_P1;
import static dev.polder.offer.resource.Given.STATIC_R1;
import static dev.polder.offer.resource.Given.cpus;
import static dev.polder.offer.resource.Given.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReservedResourcesTest {
    private static final Reservation LABELLED = DYNAMIC_R1_P1.withLabels(List.of(Label.of("k", "v")));
    private static final Reservation REFINED = Reservation.dynamic("r1/a");

    @Test
    void shouldDifferInEverythingThatIsSaidOfAReservation() {
        List<Resources> all = List.of(
                cpus(1000),
                cpus(1000, STATIC_R1),
                cpus(1000, DYNAMIC_R1),
                cpus(1000, DYNAMIC_R1_P1),
                cpus(1000, LABELLED),
                cpus(1000, Reservation.dynamic("r2")),
                cpus(1000, DYNAMIC_R1, REFINED),
                cpus(1000, STATIC_R1, REFINED));

        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < all.size(); j++) {
                assertThat(all.get(i).equals(all.get(j)))
                        .as(all.get(i) + " and " + all.get(j))
                        .isEqualTo(i == j);
                assertThat(all.get(i).covers(all.get(j))).isEqualTo(i == j);
            }
        }
    }

    @Test
    void shouldAddUpStaticReservationsOfOneRoleOnly() {
        Resources sum =
                cpus(1000, STATIC_R1).plus(cpus(2000, STATIC_R1)).plus(cpus(4000, Reservation.ofOperator("r2")));

        assertThat(sum).isEqualTo(cpus(3000, STATIC_R1).plus(cpus(4000, Reservation.ofOperator("r2"))));
        assertThat(sum).hasToString("cpus(reservations: [(STATIC,r1)]):3; cpus(reservations: [(STATIC,r2)]):4");
        assertThat(sum.scalar("cpus")).isEqualTo(7000);
        assertThat(sum.cpus()).isZero();
    }

    @Test
    void shouldAddUpDynamicReservationsWithoutLabels() {
        assertThat(cpus(1000, DYNAMIC_R1_P1).plus(cpus(2000, DYNAMIC_R1_P1))).isEqualTo(cpus(3000, DYNAMIC_R1_P1));
        assertThat(cpus(1000, DYNAMIC_R1_P1).plus(cpus(2000, DYNAMIC_R1))).isNotEqualTo(cpus(3000, DYNAMIC_R1));
    }

    @Test
    void shouldAddUpDynamicReservationsWithTheSameLabels() {
        assertThat(cpus(1000, LABELLED).plus(cpus(2000, LABELLED))).isEqualTo(cpus(3000, LABELLED));
    }

    @Test
    void shouldNotAddUpDynamicReservationsWithDistinctLabels() {
        Reservation other = DYNAMIC_R1_P1.withLabels(List.of(Label.of("k", "w")));
        Resources sum = cpus(1000, LABELLED).plus(cpus(2000, other));

        assertThat(sum.covers(cpus(2000, LABELLED))).isFalse();
        assertThat(sum.minus(cpus(1000, LABELLED))).isEqualTo(cpus(2000, other));
    }

    @Test
    void shouldTakeAwayFromTheSameReservationOnly() {
        Resources both = cpus(2000, DYNAMIC_R1).plus(cpus(3000));

        assertThat(both.minus(cpus(1000, DYNAMIC_R1)))
                .isEqualTo(cpus(1000, DYNAMIC_R1).plus(cpus(3000)));
        assertThat(both.minusSaturating(cpus(9000, STATIC_R1))).isSameAs(both);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> both.minus(cpus(2001, DYNAMIC_R1)))
                .withMessage("not enough cpus(reservations: [(DYNAMIC,r1)]): 2.001 wanted, 2 there");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> both.minus(cpus(1, STATIC_R1)))
                .withMessage("not enough cpus(reservations: [(STATIC,r1)]): 0.001 wanted, none there");
    }

    @Test
    void shouldCoverTheSameReservationOnly() {
        Resources both = cpus(2000, DYNAMIC_R1).plus(cpus(3000, DYNAMIC_R1, REFINED));

        assertThat(both.covers(cpus(2000, DYNAMIC_R1))).isTrue();
        assertThat(both.covers(cpus(3000, DYNAMIC_R1))).isFalse();
        assertThat(both.covers(cpus(3000, DYNAMIC_R1, REFINED))).isTrue();
        assertThat(both.covers(cpus(1000))).isFalse();
    }

    @Test
    void shouldTellWhatIsReservedForWhom() {
        Resources all = text("cpus(r1):1;cpus(r2):2;mem:5;ports(r1):[1-2]");

        assertThat(all.filter(id -> id.isReservedTo("r1"))).isEqualTo(text("cpus(r1):1;ports(r1):[1-2]"));
        assertThat(all.filter(ResourceId::isReserved)).isEqualTo(text("cpus(r1):1;cpus(r2):2;ports(r1):[1-2]"));
        assertThat(all.filter(id -> !id.isReserved())).isEqualTo(text("mem:5"));
        assertThat(all.filter(id -> id.isAllocatableTo("r2/x"))).isEqualTo(text("cpus(r2):2;mem:5"));
    }

    @Test
    void shouldTellWhatRolesBelowAndAboveMayHave() {
        Resources all = text("cpus(a):1;cpus(a/b):2;cpus(a/b/c):4;cpus(d):8;cpus:16");

        assertThat(all.filter(id -> id.isAllocatableTo("a/b"))).isEqualTo(text("cpus(a):1;cpus(a/b):2;cpus:16"));
        assertThat(all.filter(id -> id.reservationRole()
                        .filter(role -> role.equals("a") || RolePath.isAncestor("a", role))
                        .isPresent()))
                .isEqualTo(text("cpus(a):1;cpus(a/b):2;cpus(a/b/c):4"));
    }

    @Test
    void shouldSumUpWhenReservationsAreTakenOff() {
        Resources reserved =
                cpus(1000, STATIC_R1, REFINED).plus(cpus(2000, DYNAMIC_R1)).plus(cpus(4000));

        assertThat(reserved.toUnreserved()).isEqualTo(cpus(7000));
        assertThat(reserved.toUnreserved().cpus()).isEqualTo(7000);
        assertThat(cpus(7000).toUnreserved()).isEqualTo(cpus(7000));
        assertThat(reserved.quantities()).isEqualTo(Quantities.of(Map.of("cpus", 7000L)));
    }

    @Test
    void shouldPushAndPopOneReservationOfAll() {
        Resources plain = text("cpus:1;mem:2;ports:[1-5];licences:3");
        Resources reserved = plain.push(DYNAMIC_R1_P1);

        assertThat(reserved.filter(id -> !id.isReservedTo("r1"))).isEqualTo(Resources.EMPTY);
        assertThat(reserved.plain()).isEqualTo(Resources.EMPTY);
        assertThat(reserved.scalars()).isEqualTo(plain.scalars());
        assertThat(reserved.push(REFINED).pop().pop()).isEqualTo(plain);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reserved.plus(cpus(1)).pop())
                .withMessage("resource cpus: is not reserved, nothing can be taken off");
    }
}
