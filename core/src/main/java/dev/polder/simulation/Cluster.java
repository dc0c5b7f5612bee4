package dev.polder.simulation;

import dev.polder.master.AgentRecord;
import dev.polder.master.MasterView;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The masters, three hosts with agents, and two frameworks. */
final class Cluster {
    private static final int HOSTS = 3;
    private static final int CLIENTS = 2;
    private static final double DECLINED_SECONDS = 5;

    /** A host, and the agent's process on it while there is one. */
    private static final class Place {
        final Host host;
        AgentInfo info;

        @Nullable
        AgentProcess agent;

        Place(Host host, AgentInfo info) {
            this.host = host;
            this.info = info;
        }
    }

    private final Surroundings around;
    private final Dice dice;
    private final Masters masters;
    private final List<Place> places = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Work> works = new ArrayList<>();
    private final List<String> lostHosts = new ArrayList<>();
    private int hosts;

    Cluster(Surroundings around) {
        this.around = around;
        dice = around.dice();
        masters = new Masters(around);
        for (int i = 0; i < HOSTS; i++) {
            places.add(newPlace());
        }
        places.forEach(this::startAgent);
        for (int i = 0; i < CLIENTS; i++) {
            Client client = new Client(around, i, frameworkInfo(i), masters);
            Work work = new Work(client, around, dice.split());
            client.wish(work);
            clients.add(client);
            works.add(work);
        }
    }

    private FrameworkInfo frameworkInfo(int number) {
        FrameworkInfo.Builder info = FrameworkInfo.newBuilder().setName("f" + number);
        info.setUser("root");
        info.setFailoverTimeout(dice.chance(0.3) ? 0 : dice.spread(1_000, 600_000) / 1000.0);
        if (dice.chance(0.5)) {
            info.addCapabilities(Capability.newBuilder().setType(Capability.Type.MULTI_ROLE));
            info.addRoles("a");
            if (dice.chance(0.5)) {
                info.addRoles("b");
            }
        } else if (dice.chance(0.5)) {
            info.setRole("a");
        }
        if (dice.chance(0.7)) {
            info.addCapabilities(Capability.newBuilder().setType(Capability.Type.PARTITION_AWARE));
        }
        if (dice.chance(0.5)) {
            info.addCapabilities(Capability.newBuilder().setType(Capability.Type.TASK_KILLING_STATE));
        }
        return info.build();
    }

    private Place newPlace() {
        return new Place(new Host(around, hosts), agentInfo(hosts++));
    }

    private AgentInfo agentInfo(int number) {
        ResourcesBuilder resources = Resources.builder()
                .scalar("cpus", dice.spread(500, 16_000))
                .scalar("mem", dice.spread(64_000, 16_000_000));
        if (dice.chance(0.7)) {
            resources.range("ports", 31_000, 31_000 + dice.below(20));
        }
        return AgentInfo.newBuilder()
                .setHostname("host" + number)
                .setPort(5051)
                .addAllResources(ResourceCodec.resources(resources.build()))
                .build();
    }

    // ---- processes come and go

    private void startAgent(Place place) {
        around.time().note("agent " + place.host.number() + " starts");
        if (dice.chance(0.1)) {
            place.info = agentInfo(place.host.number());
        }
        place.agent = new AgentProcess(around, place.host, place.info, masters);
    }

    void crashAgent() {
        Place place = dice.pick(places);
        AgentProcess process = place.agent;
        if (process != null) {
            boolean withHost = dice.chance(0.3);
            around.time().note("agent " + place.host.number() + " crashes" + (withHost ? " with its host" : ""));
            process.crash(withHost);
            place.agent = null;
            long awayMs = dice.spread(1, 2 * around.knobs().master().agentTimeoutMs());
            around.time().after(awayMs * 1_000, () -> {
                if (places.contains(place)) {
                    startAgent(place);
                }
            });
        }
    }

    /** A machine is gone for ever, with its disk; another one takes its place. */
    void loseHost() {
        Place place = dice.pick(places);
        around.time().note("host " + place.host.number() + " is lost");
        AgentProcess process = place.agent;
        if (process != null) {
            process.crash(true);
        } else {
            place.host.loseProcesses();
        }
        lostHosts.add(place.host.incarnation());
        Place next = newPlace();
        places.set(places.indexOf(place), next);
        startAgent(next);
    }

    Client anyClient() {
        return dice.pick(clients);
    }

    // ---- the end

    /** Nothing goes wrong any more, and nothing new is begun. */
    List<Decliner> calmDown() {
        around.time().note("calm");
        around.network().calmDown();
        masters.calmDown();
        works.forEach(Work::end);
        List<Decliner> decliners = new ArrayList<>();
        for (Client client : clients) {
            Decliner decliner = new Decliner(client, DECLINED_SECONDS);
            decliners.add(decliner);
            client.wish(decliner);
            client.revive();
        }
        return decliners;
    }

    /** Returns what is not at its end yet, null if everything is. */
    @Nullable
    String unfinished() {
        for (Client client : clients) {
            if (!client.isSubscribed()) {
                return client.name() + " is not subscribed";
            }
        }
        for (Place place : places) {
            AgentProcess agent = place.agent;
            if (agent == null || !agent.isIdle() || !place.host.isIdle()) {
                return place.host.toString();
            }
        }
        MasterView view = masters.quietView();
        if (view == null) {
            return "no master leads, or it is busy";
        }
        String unfinished = unfinished(view);
        return unfinished == null ? masters.laggard() : unfinished;
    }

    private @Nullable String unfinished(MasterView view) {
        for (var task : view.tasks()) {
            if (!isLost(view, task.agentId().value())) {
                return "task " + task.id() + " is " + task.state();
            }
        }
        for (Run run : around.ledger().runs()) {
            if (run.launched && !run.isOver() && !isLost(view, run.agentId)) {
                return run + " is not over";
            }
            if (run.processLives) {
                return run + " still runs";
            }
            boolean heard = run.endUuid.isEmpty() || run.removed || run.heard.contains(run.endUuid);
            // whose agent is lost nobody repeats: of that one its framework hears when it asks
            if (!heard && !(run.toldOver && isLost(view, run.agentId))) {
                return run + " ended in " + run.end + ", but its framework has not heard of it";
            }
        }
        for (Client client : clients) {
            for (Tasks.Known task : client.tasks().unfinished()) {
                if (!isLost(view, task.agentId)) {
                    return client.name() + " knows no end of " + task.run + ", but " + task.state;
                }
            }
        }
        for (Place place : places) {
            if (place.host.recover().facts().stream().anyMatch(fact -> fact.hasTaskAccepted())) {
                return "agent " + place.host.number() + " remembers a task";
            }
        }
        return null;
    }

    /** Tells whether all that the agents have is offered to those who decline it. */
    boolean isAllOffered(List<Decliner> decliners) {
        MasterView view = masters.quietView();
        if (view == null) {
            return false;
        }
        for (AgentRecord agent : view.agents()) {
            boolean offered = decliners.stream()
                    .map(Decliner::lastOffered)
                    .map(last -> last.get(agent.id().value()))
                    .anyMatch(agent.total()::equals);
            if (!offered && !isLost(view, agent.id().value())) {
                return false;
            }
        }
        return true;
    }

    private boolean isLost(MasterView view, String agentId) {
        for (AgentRecord agent : view.agents()) {
            if (agent.id().value().equals(agentId)) {
                return lostHosts.contains(agent.incarnation());
            }
        }
        return false;
    }

    Masters masters() {
        return masters;
    }
}
