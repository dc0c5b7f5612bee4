package dev.polder.simulation;

import dev.polder.offer.resource.Resources;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.LinkedHashMap;
import java.util.Map;

/** A framework that wants nothing, and says so of every offer at once. */
final class Decliner implements Client.Wish {
    private final Client client;
    private final double refuseSeconds;
    private final Map<String, Resources> lastOffered = new LinkedHashMap<>();
    private long offers;

    Decliner(Client client, double refuseSeconds) {
        this.client = client;
        this.refuseSeconds = refuseSeconds;
    }

    @Override
    public void offered(Offer offer) {
        offers++;
        lastOffered.put(
                offer.getAgentId().getValue(),
                ResourceCodec.amounts(offer.getResourcesList().stream()
                        .map(resource ->
                                resource.toBuilder().clearAllocationInfo().build())
                        .toList()));
        client.call(Call.newBuilder()
                .setType(Call.Type.DECLINE)
                .setDecline(Call.Decline.newBuilder()
                        .addOfferIds(offer.getId())
                        .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(refuseSeconds))));
    }

    @Override
    public void rescinded(String offerId) {
        // nothing is kept
    }

    long offers() {
        return offers;
    }

    /** Returns what was offered last of each agent. */
    Map<String, Resources> lastOffered() {
        return lastOffered;
    }
}
