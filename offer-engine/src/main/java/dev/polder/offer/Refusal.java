package dev.polder.offer;

/**
 * Why one agent's resources are not offered to a framework under a role.
 *
 * @param agent the agent's index
 * @param why the first rule that said no; stable
 * @param detail for people, with the numbers behind it
 */
public record Refusal(int agent, Why why, String detail) {
    /** The rules by which an agent is passed over, in the order in which they are asked. */
    public enum Why {
        /** The framework is switched off: no agent's resources are offered to it. */
        FRAMEWORK_INACTIVE,
        /** The framework is not subscribed to the role. */
        ROLE_NOT_SUBSCRIBED,
        /** The framework suppressed the role. */
        SUPPRESSED,
        /** The framework has offers for all that it waits for. */
        SATISFIED,
        /** The engine makes no offers at all for now. */
        PAUSED,
        /** The agent is switched off. */
        AGENT_INACTIVE,
        /** The agent is not on the whitelist. */
        NOT_WHITELISTED,
        /** The framework's constraints do not allow the agent. */
        CONSTRAINTS,
        /** The agent is in another region, and the framework does not know of regions. */
        OTHER_REGION,
        /** The agent has GPUs, and the framework does not know of GPUs. */
        GPUS,
        /** All that the agent has is in use. */
        NOTHING_FREE,
        /** What is free is reserved to others, or of a sort that the framework cannot handle. */
        NOT_FOR_ROLE,
        /** The agent is set aside, so that something large which others wait for can fit there. */
        SET_ASIDE,
        /** The role, or one above it, is at its limit. */
        OVER_LIMIT,
        /** What is free is held back for what other roles are guaranteed. */
        HEADROOM,
        /** What is free is not worth an offer. */
        BELOW_MINIMUM,
        /** What is free is not what the framework waits for. */
        UNSUITABLE,
        /** The framework refused as much or more under this role, and that still stands. */
        FILTERED,
        /** The resources are in other offers, or will be in one to somebody whose turn it is. */
        OTHERS_FIRST,
        /** Nothing is in the way: the next {@link OfferEngine#run} offers it. */
        NEXT_RUN
    }
}
