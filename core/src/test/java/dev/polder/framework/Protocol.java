package dev.polder.framework;

import com.google.protobuf.ByteString;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.nio.charset.StandardCharsets;

/** Events as a master sends them. */
final class Protocol {
    static final String ROLE = "*";

    private Protocol() {}

    static Event subscribed(String frameworkId, double heartbeatSeconds) {
        return Event.newBuilder()
                .setType(Event.Type.SUBSCRIBED)
                .setSubscribed(Event.Subscribed.newBuilder()
                        .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue(frameworkId))
                        .setHeartbeatIntervalSeconds(heartbeatSeconds)
                        .setMasterInfo(Mesos.MasterInfo.newBuilder()
                                .setId("m-1")
                                .setIp(0)
                                .setPort(5050)
                                .setHostname("m1")
                                .setVersion("0.1")))
                .build();
    }

    static Event heartbeat() {
        return Event.newBuilder().setType(Event.Type.HEARTBEAT).build();
    }

    static Event error(String message) {
        return Event.newBuilder()
                .setType(Event.Type.ERROR)
                .setError(Event.Error.newBuilder().setMessage(message))
                .build();
    }

    static Event offer(String offerId, String agentId) {
        return Event.newBuilder()
                .setType(Event.Type.OFFERS)
                .setOffers(Event.Offers.newBuilder()
                        .addOffers(Mesos.Offer.newBuilder()
                                .setId(Mesos.OfferID.newBuilder().setValue(offerId))
                                .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue("f-1"))
                                .setAgentId(Mesos.AgentID.newBuilder().setValue(agentId))
                                .setHostname("localhost")
                                .setAllocationInfo(Mesos.Resource.AllocationInfo.newBuilder()
                                        .setRole(ROLE))
                                .addResources(scalar("cpus", 4))
                                .addResources(scalar("mem", 1024))))
                .build();
    }

    static Mesos.Resource scalar(String name, double value) {
        return Mesos.Resource.newBuilder()
                .setName(name)
                .setType(Mesos.Value.Type.SCALAR)
                .setScalar(Mesos.Value.Scalar.newBuilder().setValue(value))
                .setRole("*")
                .setAllocationInfo(Mesos.Resource.AllocationInfo.newBuilder().setRole(ROLE))
                .build();
    }

    static Event rescind(String offerId) {
        return Event.newBuilder()
                .setType(Event.Type.RESCIND)
                .setRescind(Event.Rescind.newBuilder()
                        .setOfferId(Mesos.OfferID.newBuilder().setValue(offerId)))
                .build();
    }

    static Event update(String task, Mesos.TaskState state, String uuid) {
        Mesos.TaskStatus.Builder status = Mesos.TaskStatus.newBuilder()
                .setTaskId(Mesos.TaskID.newBuilder().setValue(task))
                .setState(state)
                .setAgentId(Mesos.AgentID.newBuilder().setValue("a-1"));
        if (!uuid.isEmpty()) {
            status.setUuid(ByteString.copyFrom(uuid, StandardCharsets.UTF_8));
        }
        return Event.newBuilder()
                .setType(Event.Type.UPDATE)
                .setUpdate(Event.Update.newBuilder().setStatus(status))
                .build();
    }
}
