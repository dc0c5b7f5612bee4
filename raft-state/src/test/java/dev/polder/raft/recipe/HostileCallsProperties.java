package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever clients say that can be read, in whatever order: it is refused or answered, and no member fails by it. What
 * one member would fail by all would, one after the other.
 */
class HostileCallsProperties {
    private static final long TERM = 3;

    @Provide
    Arbitrary<List<RecipeCall>> conversations() {
        return RemoteExamples.calls().list().ofMaxSize(60);
    }

    @Property
    void shouldFailByNothingThatAClientSays(@ForAll("conversations") List<RecipeCall> calls) {
        Member member = new Member();
        LeaseId session = member.open(7);
        for (RecipeCall call : calls) {
            // its own session more often than any other
            member.say(call);
            member.say(of(session, call));
            member.commit();
        }

        assertThat(member.open(8)).as("a session of somebody else").isNotEqualTo(session);
    }

    private static RecipeCall of(LeaseId session, RecipeCall call) {
        if (call instanceof RecipeCall.Submit submit) {
            return new RecipeCall.Submit(session, submit.number() % 3, submit.acknowledged(), submit.request());
        } else if (call instanceof RecipeCall.Read read) {
            return new RecipeCall.Read(session, read.readId(), read.afterCall(), read.what());
        } else if (call instanceof RecipeCall.KeepAlive beat) {
            return new RecipeCall.KeepAlive(session, beat.beat(), beat.leases());
        } else if (call instanceof RecipeCall.Watch watch) {
            return new RecipeCall.Watch(session, watch.watchId(), watch.range(), watch.fromRevision());
        } else if (call instanceof RecipeCall.Unwatch unwatch) {
            return new RecipeCall.Unwatch(session, unwatch.watchId());
        } else if (call instanceof RecipeCall.Resume resume) {
            return new RecipeCall.Resume(session, resume.nonce(), resume.connection(), resume.watches());
        }
        return call;
    }

    /** A member that leads, whose log commits what it is told to. */
    private static final class Member implements RecipeLog {
        private final List<byte[]> proposed = new ArrayList<>();
        private final List<LongConsumer> reads = new ArrayList<>();
        private final RecipeServer server = new RecipeServer(this, RecipeLimits.DEFAULT, new RecipeState());
        private final Caller caller =
                server.connect(answer -> AnswerCodec.decode(AnswerCodec.encode(answer)), () -> true);
        private long nowMs = 1;
        private long index;

        Member() {
            server.serving(TERM, nowMs);
            commit();
        }

        LeaseId open(long nonce) {
            say(new RecipeCall.Open(nonce, 60_000));
            commit();
            LeaseId opened = server.state().view().sessions().get(nonce);
            assertThat(opened).isNotNull();
            say(new RecipeCall.Resume(opened, nonce, 1, List.of()));
            return opened;
        }

        void say(RecipeCall call) {
            caller.call(CallCodec.decode(CallCodec.encode(call)), nowMs);
        }

        void commit() {
            nowMs += 50;
            server.tick(nowMs);
            List<byte[]> commands = List.copyOf(proposed);
            proposed.clear();
            index++;
            commands.forEach(command -> server.committed(index, TERM, nowMs, command, nowMs));
            server.handed(index);
            List<LongConsumer> asked = List.copyOf(reads);
            reads.clear();
            asked.forEach(read -> read.accept(index));
        }

        @Override
        public Proposed propose(long term, byte[] command) {
            proposed.add(command);
            return Proposed.ACCEPTED;
        }

        @Override
        public void readIndex(long term, LongConsumer answer) {
            reads.add(answer);
        }

        @Override
        public boolean isFollowed() {
            return true;
        }
    }
}
