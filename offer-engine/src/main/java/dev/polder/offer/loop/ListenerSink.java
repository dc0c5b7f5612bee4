package dev.polder.offer.loop;

import dev.polder.offer.InverseOffer;
import dev.polder.offer.OfferSink;
import dev.polder.offer.OfferView;
import dev.polder.offer.Preemption;
import org.jspecify.annotations.Nullable;

/** Tells the listener, and keeps what it throws from the engine, which is not done yet. For the loop's thread. */
final class ListenerSink implements OfferSink {
    private final OfferListener listener;
    private @Nullable Throwable fault;

    ListenerSink(OfferListener listener) {
        this.listener = listener;
    }

    @Override
    public void offered(OfferView offer) {
        tell(() -> listener.onOffer(offer.toOffer()));
    }

    @Override
    public void rescinded(OfferView offer, Reason reason) {
        tell(() -> listener.onRescinded(offer.toOffer(), reason));
    }

    @Override
    public void gangFailed(long gang) {
        tell(() -> listener.onGangFailed(gang));
    }

    @Override
    public void preempt(Preemption preemption) {
        tell(() -> listener.onPreemption(preemption));
    }

    @Override
    public void inverseOffered(InverseOffer offer) {
        tell(() -> listener.onInverseOffer(offer));
    }

    @Override
    public void inverseRescinded(InverseOffer offer) {
        tell(() -> listener.onInverseRescinded(offer));
    }

    private void tell(Runnable what) {
        if (fault == null) {
            try {
                what.run();
            } catch (Throwable e) { // it may throw anything
                fault = e;
            }
        }
    }

    /** Throws what the listener threw. */
    void requireSound() {
        if (fault != null) {
            throw new IllegalStateException("the listener threw " + fault, fault);
        }
    }
}
