package dev.polder.master;

import dev.polder.model.Moment;
import dev.polder.wire.DecodeException;
import dev.polder.wire.Entry;
import dev.polder.wire.JsonCodec;
import dev.polder.wire.MessageCodec;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A short life of a cluster, played by masters that are thrown away: one is elected, an agent registers, a framework
 * subscribes and gets an offer. A follower plays it once, for the first leadership in a JVM costs a tenth of a second for
 * code that was never used, and nobody leads meanwhile. What it plays reaches nobody.
 */
final class Rehearsal {
    /** Enough for classes, and for what is compiled first; some tenths of a second of one core. */
    private static final int TIMES = 30;

    private static final String STREAM = "rehearsal";

    private final MasterConfig config;
    private final Mesos.MasterInfo introduction;
    private final List<MessageCodec> codecs = List.of(new JsonCodec(), new ProtobufCodec());
    private final List<Event> events = new ArrayList<>();
    private final Deque<byte[]> proposed = new ArrayDeque<>();

    Rehearsal(MasterConfig config, Mesos.MasterInfo introduction) {
        this.config = config;
        this.introduction = introduction;
    }

    /** Plays. Returns how many events the frameworks in it have got. */
    int play() throws DecodeException {
        int played = 0;
        for (int i = 0; i < TIMES; i++) {
            played += playOnce();
        }
        return played;
    }

    private int playOnce() throws DecodeException {
        Moment now = new Moment(1_000, 1_000);
        Master leader = new Master(config);
        Master follower = new Master(config);
        TurnPipeline pipeline = new TurnPipeline(proposed::add, Effect::perform);
        events.clear();
        commit(pipeline, leader.serving(1, now, introduction, STREAM), follower);
        commit(pipeline, leader.decide(now, List.of(registering(), subscribing())), follower);
        for (Event event : events) {
            for (MessageCodec codec : codecs) {
                codec.decode(codec.encode(event), Event.getDefaultInstance());
            }
        }
        return events.size();
    }

    private void commit(TurnPipeline pipeline, Turn turn, Master follower) {
        pipeline.submit(turn);
        long index = 0;
        while (!proposed.isEmpty()) {
            index++;
            follower.apply(Entry.decode(proposed.remove()));
            pipeline.committed(index);
        }
    }

    private Command registering() {
        Mesos.AgentInfo info = Mesos.AgentInfo.newBuilder()
                .setHostname(introduction.getHostname())
                .setPort(introduction.getPort())
                .addResources(Mesos.Resource.newBuilder()
                        .setName("cpus")
                        .setType(Mesos.Value.Type.SCALAR)
                        .setScalar(Mesos.Value.Scalar.newBuilder().setValue(1)))
                .build();
        Register register = Register.newBuilder()
                .setInfo(info)
                .setIncarnation(STREAM)
                .setVersion("0")
                .setIp(introduction.getAddress().getIp())
                .build();
        return new Command.AgentRegistering(new Nowhere(), register);
    }

    private Command subscribing() throws DecodeException {
        Call call = Call.newBuilder()
                .setType(Call.Type.SUBSCRIBE)
                .setSubscribe(Call.Subscribe.newBuilder()
                        .setFrameworkInfo(
                                Mesos.FrameworkInfo.newBuilder().setName(STREAM).setUser(STREAM)))
                .build();
        Call decoded = call;
        for (MessageCodec codec : codecs) {
            decoded = codec.decode(codec.encode(decoded), Call.getDefaultInstance());
        }
        return new Command.Subscribe(new Listening(), decoded);
    }

    /** The connection of an agent that does not exist. */
    private static final class Nowhere implements AgentLink {
        @Override
        public void send(ToAgent.Builder frame) {}

        @Override
        public void close() {}
    }

    /** The stream of a framework that does not exist. */
    private final class Listening implements FrameworkLink {
        @Override
        public String streamId() {
            return STREAM;
        }

        @Override
        public void send(Event event) {
            events.add(event);
        }

        @Override
        public void close() {}
    }
}
