package dev.polder.agent;

import dev.polder.wire.proto.AgentFacts.AgentFact;
import java.util.List;

/**
 * What came of one command.
 *
 * @param facts already applied to the state; must be durable before an effect is released
 * @param effects in order
 */
public record Decision(List<AgentFact> facts, List<AgentEffect> effects) {}
