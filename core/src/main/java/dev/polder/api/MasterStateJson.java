package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.master.AgentRecord;
import dev.polder.master.FrameworkRecord;
import dev.polder.master.MasterView;
import dev.polder.master.TaskRecord;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.MasterInfo;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The document at {@code /state} of the leading master. Stateless; it is written off the master's thread, from one view. */
final class MasterStateJson {
    /** What every agent of this version can do, in Mesos's words. */
    static final List<String> AGENT_CAPABILITIES = List.of("MULTI_ROLE", "HIERARCHICAL_ROLE");

    private final ApiConfig config;
    private final ClassicJson classic;

    MasterStateJson(ApiConfig config, ClassicJson classic) {
        this.config = config;
        this.classic = classic;
    }

    byte[] render(MasterView view) {
        return classic.object(json -> write(json, view, ViewSums.of(view)));
    }

    private void write(JsonGenerator json, MasterView view, ViewSums sums) throws IOException {
        ClassicJson.version(json, config);
        ClassicJson.number(json, "start_time", config.startedWallMs());
        ClassicJson.number(json, "elected_time", view.electedWallMs());
        master(json, view.master());
        long unreachable = 0;
        long disconnected = 0;
        for (AgentRecord agent : view.agents()) {
            if (agent.unreachable()) {
                unreachable++;
            } else if (!view.soft().connectedAgents().contains(agent.id())) {
                disconnected++;
            }
        }
        ClassicJson.number(json, "activated_slaves", (view.agents().size() - unreachable - disconnected) * 1000);
        ClassicJson.number(json, "deactivated_slaves", disconnected * 1000);
        ClassicJson.number(json, "unreachable_slaves", unreachable * 1000);
        leader(json, view.master());
        ClassicJson.flags(json, config.masterFlags());
        json.writeArrayFieldStart("slaves");
        for (AgentRecord agent : view.agents()) {
            if (!agent.unreachable()) {
                agent(json, agent, view, sums);
            }
        }
        json.writeEndArray();
        empty(json, "recovered_slaves");
        json.writeArrayFieldStart("frameworks");
        for (FrameworkRecord framework : view.frameworks()) {
            framework(json, framework, view, sums);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("completed_frameworks");
        for (FrameworkRecord framework : view.completedFrameworks()) {
            framework(json, framework, view, sums);
        }
        json.writeEndArray();
        empty(json, "orphan_tasks");
        empty(json, "unregistered_frameworks");
    }

    private static void master(JsonGenerator json, MasterInfo master) throws IOException {
        json.writeStringField("id", master.getId());
        json.writeStringField("pid", master.getPid());
        json.writeStringField("hostname", master.getHostname());
        json.writeArrayFieldStart("capabilities");
        for (MasterInfo.Capability capability : master.getCapabilitiesList()) {
            json.writeString(capability.getType().name());
        }
        json.writeEndArray();
    }

    private static void leader(JsonGenerator json, MasterInfo master) throws IOException {
        json.writeStringField("leader", master.getPid());
        json.writeObjectFieldStart("leader_info");
        json.writeStringField("id", master.getId());
        json.writeStringField("pid", master.getPid());
        json.writeNumberField("port", master.getPort());
        json.writeStringField("hostname", master.getHostname());
        json.writeEndObject();
    }

    private void agent(JsonGenerator json, AgentRecord agent, MasterView view, ViewSums sums) throws IOException {
        int port = agent.info().getPort();
        json.writeStartObject();
        json.writeStringField("id", agent.id().value());
        json.writeStringField("hostname", agent.info().getHostname());
        json.writeNumberField("port", port);
        ClassicJson.attributes(json, agent.info().getAttributesList());
        json.writeStringField("pid", "slave(1)@" + agent.ip() + ":" + port);
        ClassicJson.number(json, "registered_time", agent.registeredWallMs());
        if (agent.reregisteredWallMs() != 0) {
            ClassicJson.number(json, "reregistered_time", agent.reregisteredWallMs());
        }
        ClassicJson.resources(json, "resources", ResourceTotals.of(agent.info().getResourcesList()));
        ClassicJson.resources(json, "used_resources", sums.used(agent.id()));
        ClassicJson.resources(json, "offered_resources", sums.offered(agent.id()));
        ClassicJson.reservations(json, agent.info().getResourcesList());
        json.writeBooleanField("active", view.soft().connectedAgents().contains(agent.id()));
        json.writeBooleanField("deactivated", false);
        json.writeStringField("version", Api.MESOS_VERSION);
        json.writeStringField("polder_version", agent.version());
        ClassicJson.strings(json, "capabilities", AGENT_CAPABILITIES);
        json.writeEndObject();
    }

    private void framework(JsonGenerator json, FrameworkRecord framework, MasterView view, ViewSums sums)
            throws IOException {
        FrameworkId id = framework.id();
        FrameworkInfo info = framework.info();
        json.writeStartObject();
        json.writeStringField("id", id.value());
        json.writeStringField("name", info.getName());
        ClassicJson.resources(json, "used_resources", sums.used(id));
        ClassicJson.resources(json, "offered_resources", sums.offered(id));
        json.writeArrayFieldStart("capabilities");
        for (FrameworkInfo.Capability capability : info.getCapabilitiesList()) {
            json.writeString(capability.getType().name());
        }
        json.writeEndArray();
        json.writeStringField("hostname", info.getHostname());
        json.writeStringField("webui_url", info.getWebuiUrl());
        boolean connected = view.soft().connectedFrameworks().contains(id);
        json.writeBooleanField("active", connected);
        json.writeBooleanField("connected", connected);
        json.writeBooleanField("recovered", false);
        frameworkInfo(json, framework);
        ClassicJson.resources(json, "resources", sums.held(id));
        roles(json, framework);
        tasks(json, "tasks", sums.tasks(id));
        tasks(json, "unreachable_tasks", sums.unreachableTasks(id));
        completedTasks(json, view, sums.completedTasks(id));
        json.writeArrayFieldStart("offers");
        for (Offer offer : view.soft().offers().getOrDefault(id, List.of())) {
            offer(json, offer);
        }
        json.writeEndArray();
        empty(json, "executors");
        if (info.hasLabels()) {
            ClassicJson.labels(json, info.getLabels());
        }
        classic.message(json, "offer_constraints", framework.offerConstraints());
        json.writeEndObject();
    }

    private static void frameworkInfo(JsonGenerator json, FrameworkRecord framework) throws IOException {
        FrameworkInfo info = framework.info();
        json.writeStringField("user", info.getUser());
        ClassicJson.number(json, "failover_timeout", info.getFailoverTimeout());
        json.writeBooleanField("checkpoint", info.getCheckpoint());
        ClassicJson.number(json, "registered_time", framework.registeredWallMs());
        ClassicJson.number(json, "unregistered_time", framework.unregisteredWallMs());
        if (framework.reregisteredWallMs() != 0) {
            ClassicJson.number(json, "reregistered_time", framework.reregisteredWallMs());
        }
        if (info.hasPrincipal()) {
            json.writeStringField("principal", info.getPrincipal());
        }
    }

    /** A framework that knows of one role only is shown with one. */
    private static void roles(JsonGenerator json, FrameworkRecord framework) throws IOException {
        boolean multiRole = framework.info().getCapabilitiesList().stream()
                .anyMatch(capability -> capability.getType() == FrameworkInfo.Capability.Type.MULTI_ROLE);
        if (multiRole) {
            ClassicJson.strings(json, "roles", framework.roles());
        } else {
            json.writeStringField("role", framework.info().getRole());
        }
    }

    private void tasks(JsonGenerator json, String name, List<TaskRecord> tasks) throws IOException {
        json.writeArrayFieldStart(name);
        for (TaskRecord task : tasks) {
            task(json, task);
        }
        json.writeEndArray();
    }

    /** One record at a time: all of them need not fit the heap. */
    private void completedTasks(JsonGenerator json, MasterView view, List<MasterView.Completed> completed)
            throws IOException {
        json.writeArrayFieldStart("completed_tasks");
        for (MasterView.Completed one : completed) {
            Optional<TaskRecord> record = view.recordOf(one);
            if (record.isPresent()) {
                task(json, record.get());
            }
        }
        json.writeEndArray();
    }

    private void task(JsonGenerator json, TaskRecord task) throws IOException {
        TaskInfo info = task.info();
        json.writeStartObject();
        json.writeStringField("id", task.id().value());
        json.writeStringField("name", info.getName());
        json.writeStringField("framework_id", task.frameworkId().value());
        json.writeStringField("executor_id", info.getExecutor().getExecutorId().getValue());
        json.writeStringField("slave_id", task.agentId().value());
        json.writeStringField("state", task.state().name());
        ClassicJson.resources(json, "resources", ResourceTotals.of(info.getResourcesList()));
        json.writeStringField("role", task.role());
        statuses(json, task.statuses());
        if (info.getCommand().hasUser()) {
            json.writeStringField("user", info.getCommand().getUser());
        }
        if (info.hasLabels()) {
            ClassicJson.labels(json, info.getLabels());
        }
        if (info.hasDiscovery()) {
            classic.message(json, "discovery", info.getDiscovery());
        }
        if (info.hasContainer()) {
            classic.message(json, "container", info.getContainer());
        }
        if (info.hasHealthCheck()) {
            classic.message(json, "health_check", info.getHealthCheck());
        }
        json.writeEndObject();
    }

    private void statuses(JsonGenerator json, List<TaskStatus> statuses) throws IOException {
        json.writeArrayFieldStart("statuses");
        for (TaskStatus status : statuses) {
            json.writeStartObject();
            json.writeStringField("state", status.getState().name());
            ClassicJson.number(json, "timestamp", status.getTimestamp());
            if (status.hasLabels()) {
                ClassicJson.labels(json, status.getLabels());
            }
            if (status.hasContainerStatus()) {
                classic.containerStatus(json, status.getContainerStatus());
            }
            if (status.hasHealthy()) {
                json.writeBooleanField("healthy", status.getHealthy());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void offer(JsonGenerator json, Offer offer) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", offer.getId().getValue());
        json.writeStringField("framework_id", offer.getFrameworkId().getValue());
        classic.message(json, "allocation_info", offer.getAllocationInfo());
        json.writeStringField("slave_id", offer.getAgentId().getValue());
        ClassicJson.resources(json, "resources", ResourceTotals.of(offer.getResourcesList()));
        json.writeEndObject();
    }

    private static void empty(JsonGenerator json, String name) throws IOException {
        json.writeArrayFieldStart(name);
        json.writeEndArray();
    }
}
