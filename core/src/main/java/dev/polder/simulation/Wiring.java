package dev.polder.simulation;

import dev.polder.agent.Agent;
import dev.polder.agent.AgentCommand;
import dev.polder.agent.Decision;
import dev.polder.master.Command;
import dev.polder.master.Effect;
import dev.polder.master.Master;
import dev.polder.master.Turn;
import dev.polder.master.TurnPipeline;
import dev.polder.model.Moment;
import java.util.List;
import java.util.function.Consumer;

/** How the parts of masters and agents are put together. A test plants a fault here, to see it found. */
interface Wiring {
    /** As it is meant to be. */
    Wiring REAL = new Wiring() {};

    /** Decides a master's turn. */
    default Turn decide(Master master, Moment now, List<Command> commands) {
        return master.decide(now, commands);
    }

    /** Hands a turn to the pipeline; {@code release} is what the pipeline performs effects with. */
    default void submit(TurnPipeline pipeline, Turn turn, Consumer<Effect> release) {
        pipeline.submit(turn);
    }

    /** Deals with the effects that waited for a commit when the term was lost. */
    default void lose(List<Effect> waiting) {
        waiting.forEach(Effect::callOff);
    }

    /** Decides what an agent does. */
    default Decision decide(Agent agent, Moment now, AgentCommand command) {
        return agent.decide(now, command);
    }
}
