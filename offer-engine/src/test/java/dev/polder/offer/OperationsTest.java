package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.ResourceOperation;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of resources that are reserved, made volumes, or consumed. */
final class OperationsTest {
    private static final Resources RESERVED = resources("cpus:1;mem:64").push(Reservation.dynamic("a"));
    private static final Conversion RESERVE = new ResourceOperation.Reserve(RESERVED).conversion();
    private static final Conversion UNRESERVE = new ResourceOperation.Unreserve(RESERVED).conversion();
    private static final Resources VOLUME = Resources.of(Stocks.volume("v1"), new Value.Amount(4_000));
    private static final Conversion CREATE = new ResourceOperation.Create(VOLUME).conversion();

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = desk.addAgent("cpus:4;mem:128;disk(a):10");
    private final int framework = desk.addFramework("a");

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldOfferAVolumeThatWasMadeOfAnOffer() {
        Offer offer = desk.runForOne(0);

        engine.accept(0, List.of(offer.id()), List.of(CREATE), resources("cpus:1"), 0);

        Resources rest = resources("mem:128;disk(a):6").plus(VOLUME);
        assertThat(engine.total(agent)).isEqualTo(resources("cpus:4").plus(rest));
        assertThat(engine.used(agent)).isEqualTo(resources("cpus:1"));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:3").plus(rest));
    }

    @Test
    void shouldSeeInEachOperationWhatThoseBeforeItMade() {
        Offer offer = desk.runForOne(0);
        Conversion destroy = new ResourceOperation.Destroy(VOLUME).conversion();

        engine.accept(
                0, List.of(offer.id()), List.of(RESERVE, CREATE, destroy), RESERVED.plus(resources("disk(a):10")), 0);

        assertThat(engine.used(agent)).isEqualTo(RESERVED.plus(resources("disk(a):10")));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:3;mem:64"));
    }

    @Test
    void shouldForgetWhatIsConsumedAndReplacedByNothing() {
        Offer offer = desk.runForOne(0);
        Conversion pending = new Conversion(resources("disk(a):10"), Resources.EMPTY);

        engine.accept(0, List.of(offer.id()), List.of(pending), resources("cpus:1"), 0);

        assertThat(engine.total(agent)).isEqualTo(resources("cpus:4;mem:128"));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:3;mem:128"));
    }

    @Test
    void shouldConvertForAnOperatorWhatIsFree() {
        engine.convertAvailable(agent, List.of(RESERVE));
        desk.addFramework("b");
        desk.use(framework, "a", desk.addAgent("cpus:9"), "cpus:9");

        List<Offer> reserved = desk.run(0);
        engine.withdraw(0);
        engine.withdraw(1);
        engine.convertAvailable(agent, List.of(UNRESERVE));

        assertThat(Desk.byRole(reserved))
                .containsEntry("a", RESERVED.plus(resources("disk(a):10")))
                .containsEntry("b", resources("cpus:3;mem:64"));
        assertThat(engine.free(agent)).isEqualTo(resources("cpus:4;mem:128;disk(a):10"));
    }

    @Test
    void shouldReserveForTheRoleOfTheOfferAlone() {
        Offer offer = desk.runForOne(0);
        for (String role : List.of("b", "a/x")) {
            Resources reserved = resources("cpus:1").push(Reservation.dynamic(role));
            List<Conversion> reserve = List.of(new ResourceOperation.Reserve(reserved).conversion());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.accept(0, List.of(offer.id()), reserve, resources("cpus:1"), 0))
                    .withMessage("offer 0 of agent 0 to framework 0 'f0' in role a: resource cpus(reservations:"
                            + " [(DYNAMIC," + role + ")]): is reserved for role '" + role
                            + "', but was offered to 'a'");
        }
        assertThat(engine.openOffers(framework)).containsExactly(offer);
    }

    @Test
    void shouldLeaveWhatIsReservedAboveTheRoleOfTheOfferAsItIs() {
        desk.setRoles(framework, List.of("a/x"));
        Offer offer = desk.runForOne(0);

        engine.accept(0, List.of(offer.id()), List.of(CREATE), VOLUME, 0);

        assertThat(engine.used(agent)).isEqualTo(VOLUME);
    }

    @Test
    void shouldConvertForAnOperatorNothingThatIsOfferedOrInUse() {
        Offer offer = desk.runForOne(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.convertAvailable(agent, List.of(RESERVE)))
                .withMessageStartingWith("agent 0: ")
                .withMessageEndingWith("; cpus:4; disk(reservations: [(STATIC,a)]):10; mem:128 is in offers [0]");

        engine.accept(0, offer.id(), resources("cpus:3.5"), 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.convertAvailable(agent, List.of(RESERVE)))
                .withMessageContaining("not enough cpus: 1 wanted, 0.5 there");
        assertThat(engine.total(agent)).isEqualTo(resources("cpus:4;mem:128;disk(a):10"));
        desk.release(framework, "a", agent, "cpus:1");
        engine.convertAvailable(agent, List.of(RESERVE));

        assertThat(engine.free(agent)).isEqualTo(RESERVED.plus(resources("cpus:0.5;mem:64;disk(a):10")));
    }
}
