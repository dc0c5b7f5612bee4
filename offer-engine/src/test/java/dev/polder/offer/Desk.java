package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An engine with a notebook beside it, for examples: one second of re-offer delay and revive interval, a minute of
 * time-out.
 */
final class Desk implements OfferSink {
    static final long OFFER_TIMEOUT_MS = 60_000;
    static final long REOFFER_DELAY_MS = 1_000;
    static final long REVIVE_INTERVAL_MS = 1_000;

    final OfferEngine engine;

    /** All offers ever made. */
    final List<Offer> made = new ArrayList<>();

    /** What was rescinded, as id and reason. */
    final List<String> rescinded = new ArrayList<>();

    /** Who was asked to end tasks for whom. */
    final List<Preemption> preemptions = new ArrayList<>();

    /** All inverse offers ever made. */
    final List<InverseOffer> inverse = new ArrayList<>();

    /** The gangs that failed. */
    final List<Long> failed = new ArrayList<>();

    private final Map<Integer, FrameworkProfile> frameworks = new HashMap<>();

    Desk() {
        this(Minimum.oneOf(Quantities.of(Map.of("cpus", 10L)), Quantities.of(Map.of("mem", 32_000L))));
    }

    Desk(Minimum minimum) {
        this(OfferEngineConfig.builder()
                .offerTimeoutMs(OFFER_TIMEOUT_MS)
                .minimum(minimum)
                .build());
    }

    Desk(OfferEngineConfig config) {
        engine = new OfferEngine(config);
    }

    /** Adds a framework that is named after how many there were before. */
    int addFramework(String... roles) {
        return addFramework(FrameworkProfile.of("f" + frameworks.size(), roles));
    }

    int addFramework(FrameworkProfile profile) {
        int framework = engine.addFramework(profile);
        frameworks.put(framework, profile);
        return framework;
    }

    void setRoles(int framework, Collection<String> roles) {
        engine.updateFramework(framework, frameworks.get(framework).withRoles(roles), this);
    }

    static Resources cpusAndMem(long cpus, long mem) {
        return Resources.ofScalars(Map.of("cpus", cpus, "mem", mem));
    }

    static Resources cpus(long cpus) {
        return Resources.ofScalars(Map.of("cpus", cpus));
    }

    @Override
    public void offered(OfferView offer) {
        made.add(offer.toOffer());
    }

    @Override
    public void rescinded(OfferView offer, Reason reason) {
        rescinded.add(offer.id() + " " + reason);
    }

    @Override
    public void gangFailed(long gang) {
        failed.add(gang);
    }

    @Override
    public void preempt(Preemption preemption) {
        preemptions.add(preemption);
    }

    @Override
    public void inverseOffered(InverseOffer offer) {
        inverse.add(offer);
    }

    @Override
    public void inverseRescinded(InverseOffer offer) {
        rescinded.add(offer.id() + " inverse");
    }

    /** Runs the engine, checks it, and returns the offers made now. */
    List<Offer> run(long nowMs) {
        int before = made.size();
        engine.run(nowMs, this);
        engine.checkInvariants();
        return List.copyOf(made.subList(before, made.size()));
    }

    /** Runs the engine and returns the one offer that it must make. */
    Offer runForOne(long nowMs) {
        List<Offer> offers = run(nowMs);
        if (offers.size() != 1) {
            throw new AssertionError("expected one offer, got " + offers);
        }
        return offers.get(0);
    }

    /** Accepts all of an offer. */
    void acceptAll(long nowMs, Offer offer) {
        engine.accept(nowMs, offer.id(), offer.resources(), 0);
    }
}
