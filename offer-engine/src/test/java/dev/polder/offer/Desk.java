package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceText;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
        this(config, 0);
    }

    Desk(OfferEngineConfig config, long seed) {
        engine = new OfferEngine(config, seed);
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

    /** Adds an agent that has this. */
    int addAgent(String total) {
        return engine.addAgent(AgentProfile.of(resources(total)));
    }

    void use(int framework, String role, int agent, String used) {
        engine.use(framework, role, agent, resources(used), this);
    }

    void release(int framework, String role, int agent, String used) {
        engine.release(framework, role, agent, resources(used));
    }

    void setQuota(String role, Quota quota) {
        engine.setQuotas(Map.of(role, quota), false, this);
    }

    /** Reads {@code cpus:1.5;mem:32;cpus(role):1}. */
    static Resources resources(String text) {
        return ResourceText.parse(text, "*");
    }

    static Quota guarantee(String text) {
        return Quota.guarantee(ResourceText.parseQuantities(text));
    }

    static Quota limit(String text) {
        return Quota.limit(ResourceText.parseLimits(text));
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

    /** Offers, and declines for a moment, until nobody is left; returns the roles in order of their turns. */
    List<String> turns(long nowMs) {
        List<String> roles = new ArrayList<>();
        for (List<Offer> offers = run(nowMs); !offers.isEmpty(); offers = run(nowMs)) {
            for (Offer offer : offers) {
                roles.add(offer.role());
                engine.decline(nowMs, offer.id(), 0);
            }
        }
        return roles;
    }

    /** Returns what is offered under each role. */
    static Map<String, Resources> byRole(List<Offer> offers) {
        Map<String, Resources> sums = new TreeMap<>();
        offers.forEach(offer -> sums.merge(offer.role(), offer.resources(), Resources::plus));
        return sums;
    }

    /** Accepts all of an offer. */
    void acceptAll(long nowMs, Offer offer) {
        engine.accept(nowMs, offer.id(), offer.resources(), 0);
    }
}
