package dev.polder.api;

import dev.polder.master.AgentRecord;
import dev.polder.master.CompletedTasks;
import dev.polder.master.FrameworkRecord;
import dev.polder.master.HeapCompletedTasks;
import dev.polder.master.MasterCounters;
import dev.polder.master.MasterView;
import dev.polder.master.Table;
import dev.polder.master.TaskRecord;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.DecodeException;
import dev.polder.wire.JsonCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Views of a master: one like that of the recorded busy Mesos master, and large ones. Messages are written as JSON. */
final class SampleViews {
    static final FrameworkId RUNNING = new FrameworkId("m-0000");
    static final FrameworkId DONE = new FrameworkId("m-0001");
    static final FrameworkId IDLE = new FrameworkId("m-0002");
    static final AgentId AGENT = new AgentId("m-S0");
    static final long WALL_MS = 1_795_602_917_329L;

    private static final String ALL = "[{'name':'cpus','type':'SCALAR','scalar':{'value':4}},"
            + "{'name':'mem','type':'SCALAR','scalar':{'value':1024}},"
            + "{'name':'disk','type':'SCALAR','scalar':{'value':2048}},"
            + "{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':31000,'end':31999}]}}]";
    private static final String SMALL = "{'name':'cpus','type':'SCALAR','scalar':{'value':0.5}},"
            + "{'name':'mem','type':'SCALAR','scalar':{'value':32}}";
    private static final String PORTS =
            ",{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':31000,'end':31001}]}}";

    private SampleViews() {}

    static MasterView empty() {
        return view(List.of(), List.of(), List.of(), List.of(), List.of(), Map.of());
    }

    /** One agent; a framework with a running, a failed and a finished task, one torn down, one idle that holds an offer. */
    static MasterView busy() {
        TaskRecord run = task(
                RUNNING,
                "run1",
                TaskState.TASK_RUNNING,
                SMALL + PORTS,
                ",'labels':{'labels':[{'key':'k','value':'v'}]},'discovery':{'visibility':'CLUSTER','name':'d',"
                        + "'ports':{'ports':[{'number':31000,'name':'http','protocol':'tcp'}]}}");
        return view(
                List.of(agent(AGENT, 0)),
                List.of(
                        framework(
                                IDLE,
                                "{'user':'root','name':'fw3idle','roles':['r3/sub'],'capabilities':[{'type':'MULTI_ROLE'}]}",
                                0),
                        framework(
                                RUNNING,
                                "{'user':'root','name':'fw1','roles':['r1'],'capabilities':[{'type':'MULTI_ROLE'}],"
                                        + "'webui_url':'http://w/','checkpoint':true,'failover_timeout':60}",
                                0)),
                List.of(run),
                List.of(
                        task(RUNNING, "bad", TaskState.TASK_FAILED, SMALL, ""),
                        task(RUNNING, "ok", TaskState.TASK_FINISHED, SMALL, "")),
                List.of(framework(
                        DONE,
                        "{'user':'root','name':'fw2done','roles':['r2'],'capabilities':[{'type':'MULTI_ROLE'}]}",
                        WALL_MS)),
                Map.of(IDLE, List.of(offer("m-O2"))));
    }

    /** One framework, and so many running tasks with three statuses each on a hundred agents. */
    static MasterView large(int tasks) {
        List<AgentRecord> agents = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            agents.add(agent(new AgentId("m-S" + i), 0));
        }
        List<TaskRecord> records = new ArrayList<>(tasks);
        for (int i = 0; i < tasks; i++) {
            String ports = "{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':" + (20_000 + i) + ",'end':"
                    + (20_000 + i) + "}]}}";
            records.add(task(RUNNING, "task-" + i, TaskState.TASK_RUNNING, SMALL + "," + ports, ""));
        }
        FrameworkRecord framework = framework(
                RUNNING, "{'user':'root','name':'fw','roles':['r1'],'capabilities':[{'type':'MULTI_ROLE'}]}", 0);
        return view(agents, List.of(framework), records, List.of(), List.of(), Map.of());
    }

    static MasterView view(
            List<AgentRecord> agents,
            List<FrameworkRecord> frameworks,
            List<TaskRecord> tasks,
            List<TaskRecord> completedTasks,
            List<FrameworkRecord> completedFrameworks,
            Map<FrameworkId, List<Mesos.Offer>> offers) {
        return new MasterView(
                3,
                42,
                1_000,
                1,
                1,
                completedTasks.size(),
                message(
                        Mesos.MasterInfo.getDefaultInstance(),
                        "{'id':'m','ip':16777343,'port':15060,'pid':'master@127.0.0.1:15060','hostname':'localhost',"
                                + "'version':'1.11.0','capabilities':[{'type':'AGENT_UPDATE'}]}"),
                "cluster",
                WALL_MS,
                table(agents),
                table(frameworks),
                table(tasks),
                completed(completedTasks),
                records(completedTasks),
                completedFrameworks,
                new MasterView.Soft(
                        Set.copyOf(frameworks.stream().map(FrameworkRecord::id).toList()),
                        Set.copyOf(agents.stream().map(AgentRecord::id).toList()),
                        offers,
                        new MasterCounters(7, 6, 5, 4, 1, 1, 0, 0, 0, 8, 8, 2)));
    }

    private static Table.View<MasterView.Completed> completed(List<TaskRecord> tasks) {
        List<MasterView.Completed> numbered = new ArrayList<>();
        for (TaskRecord task : tasks) {
            numbered.add(MasterView.Completed.of(numbered.size(), task));
        }
        return table(numbered);
    }

    private static CompletedTasks records(List<TaskRecord> tasks) {
        CompletedTasks records = new HeapCompletedTasks();
        for (int i = 0; i < tasks.size(); i++) {
            records.keep(i, tasks.get(i));
        }
        return records;
    }

    static AgentRecord agent(AgentId id, long unreachableWallMs) {
        return new AgentRecord(
                id,
                message(
                        Mesos.AgentInfo.getDefaultInstance(),
                        "{'hostname':'localhost','port':15061,'resources':" + ALL
                                + ",'attributes':[{'name':'rack','type':'TEXT','text':{'value':'r1'}},"
                                + "{'name':'zone','type':'SCALAR','scalar':{'value':7}}]}"),
                Resources.EMPTY,
                "incarnation",
                "0.1.0",
                "127.0.0.1",
                WALL_MS,
                0,
                unreachableWallMs);
    }

    static FrameworkRecord framework(FrameworkId id, String info, long unregisteredWallMs) {
        Mesos.FrameworkInfo framework = message(Mesos.FrameworkInfo.getDefaultInstance(), info);
        return new FrameworkRecord(
                id,
                framework,
                framework.getRolesList(),
                Set.of(),
                OfferConstraints.getDefaultInstance(),
                WALL_MS,
                0,
                unregisteredWallMs,
                -1);
    }

    static TaskRecord task(FrameworkId framework, String id, TaskState state, String resources, String more) {
        Mesos.TaskInfo info = message(
                Mesos.TaskInfo.getDefaultInstance(),
                "{'name':'n-" + id + "','task_id':{'value':'" + id + "'},'agent_id':{'value':'m-S0'},'resources':["
                        + resources + "],'command':{'value':'true'}" + more + "}");
        List<Mesos.TaskStatus> statuses = new ArrayList<>();
        for (String past : List.of("TASK_STARTING", "TASK_RUNNING", state.name())) {
            if (statuses.isEmpty()
                    || !statuses.get(statuses.size() - 1).getState().name().equals(past)) {
                statuses.add(status(id, past));
            }
        }
        return new TaskRecord(
                framework, new TaskId(id), AGENT, info, "r1", Resources.EMPTY, state, List.copyOf(statuses), null);
    }

    private static Mesos.TaskStatus status(String id, String state) {
        return message(
                Mesos.TaskStatus.getDefaultInstance(),
                "{'task_id':{'value':'" + id + "'},'state':'" + state + "','timestamp':1795602917.329764,"
                        + "'message':'not shown','container_status':{'container_id':{'value':'c-" + id
                        + "'},'network_infos':[{'ip_addresses':[{'protocol':'IPv4','ip_address':'127.0.0.1'}]}]}}");
    }

    private static Mesos.Offer offer(String id) {
        return message(
                Mesos.Offer.getDefaultInstance(),
                "{'id':{'value':'" + id + "'},'framework_id':{'value':'m-0002'},'agent_id':{'value':'m-S0'},"
                        + "'hostname':'localhost','allocation_info':{'role':'r3/sub'},"
                        + "'resources':[{'name':'cpus','type':'SCALAR','scalar':{'value':3.5}},"
                        + "{'name':'mem','type':'SCALAR','scalar':{'value':992}},"
                        + "{'name':'disk','type':'SCALAR','scalar':{'value':2048}},"
                        + "{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':31002,'end':31999}]}}]}");
    }

    private static <V> Table.View<V> table(List<V> values) {
        Table<V> table = new Table<>();
        values.forEach(table::add);
        return table.view();
    }

    private static <M extends com.google.protobuf.Message> M message(M prototype, String json) {
        try {
            return new JsonCodec().decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), prototype);
        } catch (DecodeException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
