package dev.polder.master;

import static dev.polder.model.InvariantBrokenException.check;
import static java.util.Objects.requireNonNull;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.offer.AgentProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngine;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.OfferSink;
import dev.polder.offer.OfferView;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The offer engine in the master's terms: ids instead of indexes, events instead of calls back. An offer's name is the
 * master's id, {@code -O} and the engine's number, which therefore counts within the term.
 */
final class OfferBook {
    /** The shortest time between two revives of one framework and role. */
    private static final long REVIVE_INTERVAL_MS = 1_000;

    private final LeaderTerm term;
    private final OfferEngine engine;
    private final String idPrefix;
    private final Map<FrameworkId, Integer> frameworkIndexes = new HashMap<>();
    private final Int2ObjectHashMap<FrameworkId> frameworksByIndex = new Int2ObjectHashMap<>();
    private final Map<AgentId, Integer> agentIndexes = new HashMap<>();
    private final Int2ObjectHashMap<AgentId> agentsByIndex = new Int2ObjectHashMap<>();
    /** Offers made in this turn and not sent yet. */
    private final Map<FrameworkId, TreeMap<Long, Mesos.Offer>> fresh = new LinkedHashMap<>();

    private final OfferSink telling = new OfferSink() {
        @Override
        public void offered(OfferView offer) {
            FrameworkId framework = frameworksByIndex.get(offer.framework());
            fresh.computeIfAbsent(framework, id -> new TreeMap<>()).put(offer.id(), describe(offer.toOffer()));
        }

        @Override
        public void rescinded(OfferView offer, Reason reason) {
            FrameworkId framework = frameworksByIndex.get(offer.framework());
            TreeMap<Long, Mesos.Offer> unsent = fresh.get(framework);
            if (unsent != null && unsent.remove(offer.id()) != null) {
                return;
            }
            term.counters.offersRescinded++;
            term.send(
                    framework,
                    Event.newBuilder()
                            .setType(Event.Type.RESCIND)
                            .setRescind(Event.Rescind.newBuilder().setOfferId(protoId(offer.id()))));
        }
    };

    /** For a framework that is gone or has subscribed anew: there is nobody to tell. */
    private final OfferSink silent = new OfferSink() {
        @Override
        public void offered(OfferView offer) {
            telling.offered(offer);
        }

        @Override
        public void rescinded(OfferView offer, Reason reason) {
            fresh.remove(frameworksByIndex.get(offer.framework()));
        }
    };

    OfferBook(LeaderTerm term) {
        this.term = term;
        MasterConfig config = term.config;
        OfferEngineConfig.Builder settings = config.offers()
                .engine()
                .offerTimeoutMs(config.offerTimeoutMs())
                .reofferDelayMs(config.reofferDelayMs())
                .reviveIntervalMs(REVIVE_INTERVAL_MS);
        OfferProfiles.regionOf(term.state.master().getDomain()).ifPresent(settings::region);
        // of the random order each term has its own, the same for everybody who replays it
        engine = new OfferEngine(settings.build(), term.state.term());
        idPrefix = term.state.master().getId() + "-O";
    }

    // ---- agents

    /** Enters an agent that can be reached, with what its tasks use; it gets no offers before it is connected. */
    void addAgent(AgentRecord agent) {
        term.touch();
        int index = engine.addAgent(OfferProfiles.of(agent));
        agentIndexes.put(agent.id(), index);
        agentsByIndex.put(index, agent.id());
        engine.setAgentActive(index, false, telling);
        for (TaskRecord task : term.state.tasksOn(agent.id())) {
            if (task.usesResources()) {
                use(task);
            }
        }
    }

    /** Takes over what an agent is like now; who declined it may want it if it has become another. */
    void updateAgent(AgentRecord agent) {
        AgentProfile profile = OfferProfiles.of(agent);
        int index = indexOf(agent.id());
        if (!profile.equals(engine.agent(index))) {
            term.touch();
            engine.updateAgent(index, profile, telling);
        }
    }

    void setAgentConnected(AgentId id, boolean connected) {
        term.touch();
        engine.setAgentActive(indexOf(id), connected, telling);
    }

    void removeAgent(AgentId id) {
        term.touch();
        int index = indexOf(id);
        engine.removeAgent(index, telling);
        agentIndexes.remove(id);
        agentsByIndex.remove(index);
    }

    boolean hasAgent(AgentId id) {
        return agentIndexes.containsKey(id);
    }

    // ---- frameworks

    /** Enters a framework; it gets no offers before it is connected. */
    void addFramework(FrameworkRecord framework) {
        term.touch();
        int index = engine.addFramework(OfferProfiles.of(framework));
        frameworkIndexes.put(framework.id(), index);
        frameworksByIndex.put(index, framework.id());
        engine.setFrameworkActive(index, false, silent);
        framework.suppressedRoles().forEach(role -> engine.suppress(index, role));
    }

    /**
     * Takes over roles and suppression from the record, drops open offers and filters, and offers anew.
     *
     * @param suppressedBefore what was suppressed so far; only that is revived, for a framework may revive but so often
     */
    void connectFramework(FrameworkRecord framework, Set<String> suppressedBefore) {
        term.touch();
        int index = indexOf(framework.id());
        engine.setFrameworkActive(index, false, silent);
        engine.updateFramework(index, OfferProfiles.of(framework), silent);
        for (String role : framework.roles()) {
            if (framework.suppressedRoles().contains(role)) {
                engine.suppress(index, role);
            } else if (suppressedBefore.contains(role)) {
                engine.revive(term.now().nowMs(), index, role);
            }
        }
        engine.setFrameworkActive(index, true, telling);
    }

    void disconnectFramework(FrameworkId id) {
        term.touch();
        engine.setFrameworkActive(indexOf(id), false, silent);
    }

    /** Forgets a framework whose tasks were all released. */
    void removeFramework(FrameworkId id) {
        term.touch();
        int index = indexOf(id);
        engine.removeFramework(index, silent);
        frameworkIndexes.remove(id);
        frameworksByIndex.remove(index);
        fresh.remove(id);
    }

    void suppress(FrameworkId id, String role) {
        term.touch();
        engine.suppress(indexOf(id), role);
    }

    void revive(FrameworkId id, String role) {
        term.touch();
        engine.revive(term.now().nowMs(), indexOf(id), role);
    }

    // ---- offers and use

    /** Returns the open offer of that name if it was made to this framework. */
    @Nullable
    Offer open(FrameworkId framework, String offerId) {
        if (!offerId.startsWith(idPrefix)) {
            return null;
        }
        long number;
        try {
            number = Long.parseLong(offerId.substring(idPrefix.length()));
        } catch (NumberFormatException notOurs) {
            return null;
        }
        Offer offer = engine.offer(number);
        return offer != null && indexOf(framework) == offer.framework() ? offer : null;
    }

    AgentId agentOf(Offer offer) {
        return requireNonNull(agentsByIndex.get(offer.agent()));
    }

    void accept(Collection<Long> offers, Resources used, long refuseMs) {
        term.touch();
        engine.accept(term.now().nowMs(), offers, List.of(), used, refuseMs);
    }

    void decline(Offer offer, long refuseMs) {
        term.touch();
        term.counters.offersDeclined++;
        engine.decline(term.now().nowMs(), offer.id(), refuseMs);
    }

    /** Ends an offer of which nothing could be used; it comes again, though not at once. */
    void takeBack(Offer offer) {
        term.touch();
        engine.decline(term.now().nowMs(), offer.id(), 0);
    }

    /** Books a task's resources without an offer. */
    void use(TaskRecord task) {
        term.touch();
        engine.use(indexOf(task.frameworkId()), task.role(), indexOf(task.agentId()), task.resources(), telling);
    }

    /** Gives a task's resources back. */
    void release(TaskRecord task) {
        term.touch();
        engine.release(indexOf(task.frameworkId()), task.role(), indexOf(task.agentId()), task.resources());
    }

    // ---- the end of a turn

    /** Does what is due, makes new offers and sends each framework its own as one event. */
    void run() {
        engine.run(term.now().nowMs(), telling);
        fresh.forEach((framework, offers) -> {
            if (!offers.isEmpty()) {
                term.counters.offersSent += offers.size();
                term.send(
                        framework,
                        Event.newBuilder()
                                .setType(Event.Type.OFFERS)
                                .setOffers(Event.Offers.newBuilder().addAllOffers(offers.values())));
            }
        });
        fresh.clear();
    }

    long nextDeadlineMs() {
        return engine.nextDeadlineMs();
    }

    List<Mesos.Offer> openOffers(FrameworkId id) {
        return engine.openOffers(indexOf(id)).stream().map(this::describe).toList();
    }

    /** Compares the engine's books with the tasks that are remembered; for tests and the simulation. */
    void checkInvariants() {
        engine.checkInvariants();
        for (Map.Entry<AgentId, Integer> agent : agentIndexes.entrySet()) {
            Resources used = Resources.EMPTY;
            for (TaskRecord task : term.state.tasksOn(agent.getKey())) {
                if (task.usesResources()) {
                    used = used.plus(task.resources());
                }
            }
            Resources booked = engine.used(agent.getValue());
            check(used.equals(booked), "agent %s: tasks use %s, booked %s", agent.getKey(), used, booked);
        }
    }

    private int indexOf(FrameworkId id) {
        return requireNonNull(frameworkIndexes.get(id), () -> "framework " + id);
    }

    private int indexOf(AgentId id) {
        return requireNonNull(agentIndexes.get(id), () -> "agent " + id);
    }

    private Mesos.OfferID.Builder protoId(long number) {
        return Mesos.OfferID.newBuilder().setValue(idPrefix + number);
    }

    private Mesos.Offer describe(Offer offer) {
        AgentId agentId = agentOf(offer);
        AgentRecord agent = requireNonNull(term.state.agent(agentId));
        FrameworkRecord framework = term.living(requireNonNull(frameworksByIndex.get(offer.framework())));
        Mesos.Offer.Builder described = Mesos.Offer.newBuilder()
                .setId(protoId(offer.id()))
                .setFrameworkId(
                        Mesos.FrameworkID.newBuilder().setValue(framework.id().value()))
                .setAgentId(Mesos.AgentID.newBuilder().setValue(agentId.value()))
                .setHostname(agent.info().getHostname())
                .setUrl(Mesos.URL
                        .newBuilder()
                        .setScheme("http")
                        .setAddress(Mesos.Address.newBuilder()
                                .setHostname(agent.info().getHostname())
                                .setIp(agent.ip())
                                .setPort(agent.info().getPort()))
                        .setPath("/slave(1)"))
                .addAllAttributes(agent.info().getAttributesList());
        if (framework.can(FrameworkInfo.Capability.Type.MULTI_ROLE)) {
            described
                    .addAllResources(ResourceCodec.resources(offer.resources(), offer.role()))
                    .setAllocationInfo(
                            Mesos.Resource.AllocationInfo.newBuilder().setRole(offer.role()));
        } else {
            described.addAllResources(ResourceCodec.resources(offer.resources()));
        }
        return described.build();
    }
}
