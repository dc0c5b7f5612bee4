package dev.polder.raft.recipe;

import java.util.List;
import java.util.function.Consumer;

/** The way of a session to members in the same process. Owned by the session's thread. */
final class LocalLink implements RecipeLink {
    private final RecipeLoop loop;
    private final List<Member> members;
    private final Consumer<RecipeAnswer> answers;
    private int chosen;
    private int connection;
    private Caller caller;

    /** A member as its neighbours in the process see it. Any thread may call. */
    interface Member {
        RecipeLoop loop();

        RecipeServer server();

        /** Returns whether it took calls lately. */
        boolean isServing();
    }

    LocalLink(RecipeLoop loop, List<Member> members, Consumer<RecipeAnswer> answers) {
        this.loop = loop;
        this.members = members;
        this.answers = answers;
        caller = connect();
    }

    private Caller connect() {
        for (int i = 0; i < members.size() && !members.get(chosen).isServing(); i++) {
            chosen = (chosen + 1) % members.size();
        }
        int ours = ++connection;
        return members.get(chosen)
                .server()
                .connect(answer -> loop.execute(() -> {
                    if (ours == connection) {
                        answers.accept(answer);
                    }
                }));
    }

    @Override
    public void send(RecipeCall call) {
        Caller to = caller;
        RecipeLoop there = members.get(chosen).loop();
        there.execute(() -> to.call(call, there.nowMs()));
    }

    @Override
    public void reconnect() {
        close();
        chosen = (chosen + 1) % members.size();
        caller = connect();
    }

    @Override
    public void close() {
        Caller before = caller;
        connection++;
        members.get(chosen).loop().execute(before::close);
    }
}
