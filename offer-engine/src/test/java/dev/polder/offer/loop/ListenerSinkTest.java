package dev.polder.offer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.InverseOffer;
import dev.polder.offer.Offer;
import dev.polder.offer.Preemption;
import dev.polder.offer.Unavailability;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ListenerSinkTest implements OfferListener {
    private static final InverseOffer INVERSE =
            new InverseOffer(1, 2, 3, new Unavailability(4, OptionalLong.empty()), 5);
    private static final Preemption PREEMPTION = new Preemption(1, "a", 2, List.of(3L));

    private final List<Object> told = new ArrayList<>();
    private final ListenerSink sink = new ListenerSink(this);

    @Override
    public void onOffer(Offer offer) {
        told.add(offer);
    }

    @Override
    public void onGangFailed(long gang) {
        told.add(gang);
    }

    @Override
    public void onPreemption(Preemption preemption) {
        told.add(preemption);
    }

    @Override
    public void onInverseOffer(InverseOffer offer) {
        told.add(offer);
    }

    @Override
    public void onInverseRescinded(InverseOffer offer) {
        throw new IllegalArgumentException("not this one");
    }

    @Test
    void shouldPassOnWhatTheEngineTells() {
        sink.gangFailed(7);
        sink.preempt(PREEMPTION);
        sink.inverseOffered(INVERSE);
        sink.requireSound();

        assertThat(told).containsExactly(7L, PREEMPTION, INVERSE);
    }

    @Test
    void shouldTellNothingMoreAfterTheListenerThrew() {
        sink.inverseRescinded(INVERSE);
        sink.gangFailed(7);

        assertThat(told).isEmpty();
        assertThatThrownBy(sink::requireSound).hasMessageContaining("not this one");
    }
}
