package dev.polder.simulation;

import dev.polder.master.Command;
import dev.polder.master.Effect;
import dev.polder.master.Master;
import dev.polder.master.Turn;
import dev.polder.master.TurnPipeline;
import dev.polder.model.Moment;
import java.util.List;
import java.util.function.Consumer;

/** How a master's parts are put together. A test plants a fault here, to see it found. */
interface MasterWiring {
    /** As it is meant to be. */
    MasterWiring REAL = new MasterWiring() {};

    /** Decides a turn. */
    default Turn decide(Master master, Moment now, List<Command> commands) {
        return master.decide(now, commands);
    }

    /** Hands a turn to the pipeline; {@code release} is what the pipeline performs effects with. */
    default void submit(TurnPipeline pipeline, Turn turn, Consumer<Effect> release) {
        pipeline.submit(turn);
    }
}
