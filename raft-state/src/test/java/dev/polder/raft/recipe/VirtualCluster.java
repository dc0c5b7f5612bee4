package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog.Proposed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Members that agree on a log by decree: whoever is elected leads at once, and what the one before had proposed is
 * committed up to a random place. A deposed leader learns it late. Everything takes random time, within {@link Weather}.
 */
final class VirtualCluster {
    /** How bad it is. */
    static final class Weather {
        int delayMsMax = 3;
        /** A connection lives so long at most; 0 for any time. */
        int connectionMsMax;

        double twice;
        double full;
        int lateMsMax = 1;
        /** Planted: whoever believes that he leads confirms reads, and asks nobody. */
        boolean asksNobody;

        /** Those of whom nobody hears anything, and who hear nothing. */
        final Set<RecipeLoop> cutOff = new HashSet<>();
    }

    /** An entry that all agree on. */
    record Agreed(long index, long term, Value bytes, long atMs) {}

    final VirtualTime time = new VirtualTime();
    final Weather weather = new Weather();
    final List<Member> members = new ArrayList<>();
    final List<Agreed> log = new ArrayList<>();
    private final SplittableRandom random;
    private final RecipeLimits limits;
    private final List<Consumer<Agreed>> observers = new ArrayList<>();
    private final Map<Long, byte[]> states = new HashMap<>();
    private long term;
    private Member leader;
    private long leaderless;
    private int installed;

    VirtualCluster(int size, SplittableRandom random, RecipeLimits limits) {
        this.random = random;
        this.limits = limits;
        for (int i = 0; i < size; i++) {
            members.add(new Member());
        }
    }

    /** Is told what is agreed on, at that moment. */
    void observe(Consumer<Agreed> observer) {
        observers.add(observer);
    }

    /** Returns how often a member went on with what another had saved. */
    int installed() {
        return installed;
    }

    Member leader() {
        return leader;
    }

    long delayMs() {
        return random.nextInt(weather.delayMsMax + 1);
    }

    // ---- leadership

    /** Nobody leads for a while, then this one does. */
    void elect(Member elected, long afterMs) {
        depose();
        long asked = ++leaderless;
        time.loop().schedule(afterMs, () -> {
            if (asked == leaderless) {
                term++;
                leader = elected;
                elected.elected(term);
            }
        });
    }

    private void depose() {
        Member deposed = leader;
        leader = null;
        if (deposed != null) {
            int survive = random.nextInt(deposed.proposed.size() + 1);
            for (int i = 0; i < survive; i++) {
                agree(deposed.proposed.poll());
            }
            deposed.proposed.clear();
            deposed.deposed();
        }
    }

    private void agree(Agreed proposal) {
        // indexes have gaps
        long index = (log.isEmpty() ? 0 : log.get(log.size() - 1).index()) + 1 + random.nextInt(2);
        Agreed agreed = new Agreed(index, proposal.term(), proposal.bytes(), time.nowMs());
        log.add(agreed);
        observers.forEach(observer -> observer.accept(agreed));
        members.forEach(Member::hear);
    }

    // ---- members

    /** One of them. */
    final class Member implements LocalLink.Member {
        final VirtualTime.Loop loop = time.loop();
        private final Deque<Agreed> proposed = new ArrayDeque<>();
        private final HostLog hostLog = new HostLog(loop, new Target());
        private final RecipeMember recipes = new RecipeMember(loop, hostLog, limits);
        private long electedTerm;
        private int handed;

        private Member() {
            tick();
        }

        private void tick() {
            loop.schedule(100, () -> {
                recipes.tick();
                tick();
            });
        }

        private void elected(long ofTerm) {
            electedTerm = ofTerm;
            hear();
            loop.schedule(delayMs(), () -> {
                // all of earlier terms is applied before it serves
                applyAll();
                if (electedTerm == ofTerm) {
                    hostLog.serving(ofTerm, recipes.clusterTimeMs());
                    recipes.serving(ofTerm);
                }
            });
        }

        private void deposed() {
            loop.schedule(random.nextInt(weather.lateMsMax + 1), () -> {
                if (this != leader) {
                    electedTerm = 0;
                    hostLog.lost();
                    recipes.lost();
                    hear();
                }
            });
        }

        private void hear() {
            loop.schedule(delayMs(), this::applyAll);
        }

        /** Who was deposed and does not know is one who hears nothing. */
        private void applyAll() {
            if (electedTerm != 0 && this != leader) {
                return;
            }
            while (handed < log.size()) {
                Agreed entry = log.get(handed++);
                EntryFrame frame = EntryFrame.decode(entry.bytes().shared());
                for (byte[] command : frame.commands()) {
                    recipes.committed(entry.index(), entry.term(), frame.clusterTimeMs(), command);
                }
                recipes.handed(entry.index());
                checkSame(entry.index());
            }
        }

        /** Goes on with what another member saves, if that is further; whoever leads has all there is. */
        void install(Member from) {
            if (electedTerm == 0 && from.handed > handed) {
                long index = log.get(from.handed - 1).index();
                ByteArrayOutputStream saved = new ByteArrayOutputStream();
                try {
                    from.recipes.snapshot().writeTo(saved);
                    recipes.restore(index, new ByteArrayInputStream(saved.toByteArray()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                handed = from.handed;
                installed++;
            }
        }

        private void checkSame(long index) {
            if (index % 16 == 0) {
                byte[] bytes = bytes(server().state());
                byte[] others = states.putIfAbsent(index, bytes);
                assertThat(others == null ? bytes : others).isEqualTo(bytes);
            }
        }

        @Override
        public RecipeLoop loop() {
            return loop;
        }

        @Override
        public RecipeServer server() {
            return recipes.server();
        }

        @Override
        public boolean isServing() {
            return recipes.isServing();
        }

        private final class Target implements HostLog.Target {
            @Override
            public Proposed propose(long inTerm, byte[] entry) {
                if (inTerm != electedTerm) {
                    return Proposed.NOT_LEADER;
                }
                if (random.nextDouble() < weather.full) {
                    return Proposed.FULL;
                }
                if (Member.this == leader && inTerm == term) {
                    proposed.add(new Agreed(0, inTerm, Value.wrap(entry), 0));
                    time.loop().schedule(1 + delayMs(), () -> {
                        if (Member.this == leader && inTerm == term && !proposed.isEmpty()) {
                            agree(proposed.poll());
                        }
                    });
                }
                return Proposed.ACCEPTED;
            }

            @Override
            public CompletableFuture<ReadOutcome> readIndex(long inTerm) {
                CompletableFuture<ReadOutcome> told = new CompletableFuture<>();
                // a deposed leader knows of no other commits than its own
                int committed = Member.this == leader ? log.size() : handed;
                time.loop().schedule(1 + delayMs(), () -> {
                    if (weather.asksNobody || (Member.this == leader && inTerm == term)) {
                        tellWhenHanded(inTerm, committed, told);
                    } else {
                        told.complete(new ReadOutcome.NotConfirmed("another leads"));
                    }
                });
                return told;
            }

            private void tellWhenHanded(long inTerm, int committed, CompletableFuture<ReadOutcome> told) {
                if (inTerm != electedTerm) {
                    told.complete(new ReadOutcome.NotConfirmed("the lead was lost"));
                } else if (handed >= committed) {
                    told.complete(new ReadOutcome.ReadAt(
                            handed == 0 ? 0 : log.get(handed - 1).index()));
                } else {
                    time.loop().schedule(1, () -> tellWhenHanded(inTerm, committed, told));
                }
            }

            @Override
            public boolean isFollowed() {
                return Member.this == leader && electedTerm == term;
            }
        }
    }

    static byte[] bytes(RecipeState state) {
        try {
            return RecipeStateProperties.snapshot(state.view());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- links

    /** A way to whoever leads that is slow, says things twice, and breaks. */
    RecipeLink link(VirtualTime.Loop loop, Consumer<RecipeAnswer> answers) {
        return new Link(loop, answers);
    }

    private final class Link implements RecipeLink {
        private final VirtualTime.Loop loop;
        private final Consumer<RecipeAnswer> answers;
        private Connection connection;

        Link(VirtualTime.Loop loop, Consumer<RecipeAnswer> answers) {
            this.loop = loop;
            this.answers = answers;
            connection = new Connection(members.get(0));
        }

        private final class Connection {
            private final Member to;
            private final Caller caller;
            private boolean cut;
            private boolean closed;
            private long thereMs;
            private long backMs;

            Connection(Member to) {
                this.to = to;
                caller = to.server().connect(this::answer);
                if (weather.connectionMsMax > 0) {
                    loop.schedule(random.nextInt(weather.connectionMsMax), this::cut);
                }
            }

            /** What is under way is lost, on both ways; the client is told, or finds out. */
            private void cut() {
                cut = true;
                if (!closed && random.nextBoolean()) {
                    answers.accept(new RecipeAnswer.Repeat("the connection is lost"));
                }
            }

            private boolean isCut() {
                cut |= weather.cutOff.contains(loop);
                return cut;
            }

            private int times() {
                return random.nextDouble() < weather.twice ? 2 : 1;
            }

            void call(RecipeCall call) {
                for (int i = times(); i > 0; i--) {
                    thereMs = Math.max(thereMs, time.nowMs() + delayMs());
                    to.loop.schedule(thereMs - time.nowMs(), () -> {
                        if (!isCut()) {
                            caller.call(call, to.loop.nowMs());
                        }
                    });
                }
            }

            void answer(RecipeAnswer answer) {
                for (int i = times(); i > 0; i--) {
                    backMs = Math.max(backMs, time.nowMs() + delayMs());
                    loop.schedule(backMs - time.nowMs(), () -> {
                        if (!closed && !isCut()) {
                            answers.accept(answer);
                        }
                    });
                }
            }

            void close() {
                closed = true;
                // the other side may notice late, or not at all
                if (random.nextBoolean()) {
                    to.loop.schedule(random.nextInt(2_000), caller::close);
                }
            }
        }

        @Override
        public void send(RecipeCall call) {
            connection.call(call);
        }

        @Override
        public void reconnect() {
            connection.close();
            Member known = leader;
            connection = new Connection(known != null ? known : members.get(random.nextInt(members.size())));
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
