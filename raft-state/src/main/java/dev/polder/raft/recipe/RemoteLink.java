package dev.polder.raft.recipe;

import dev.polder.raft.LeaderLink;
import dev.polder.raft.LeaderListener;
import dev.polder.raft.LogClient;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session's way to whoever leads, from another process: a connection of its own. Owned by the client's thread. */
final class RemoteLink implements RecipeLink, LeaderListener {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteRecipes.class);

    private final Consumer<RecipeAnswer> answers;
    private final LeaderLink link;
    /** Something came that is no answer: what comes after it is not heard. */
    private boolean broken;

    RemoteLink(LogClient client, Consumer<RecipeAnswer> answers) {
        this.answers = answers;
        link = client.open(this);
    }

    @Override
    public void send(RecipeCall call) {
        link.send(CallCodec.encode(call));
    }

    @Override
    public void reconnect() {
        broken = false;
        link.reconnect();
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public void onMessage(byte[] message) {
        if (broken) {
            return;
        }
        RecipeAnswer answer;
        try {
            answer = AnswerCodec.decode(message);
        } catch (IllegalArgumentException e) {
            LOG.warn("event=answer_refused reason='{}'", e.getMessage());
            broken = true;
            answer = new RecipeAnswer.Repeat(String.valueOf(e.getMessage()));
        }
        answers.accept(answer);
    }

    @Override
    public void onLost(String reason) {
        if (!broken) {
            answers.accept(new RecipeAnswer.Repeat(reason));
        }
    }
}
