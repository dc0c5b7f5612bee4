package dev.polder.offer;

/**
 * Why one agent's resources are not offered to a framework under a role.
 *
 * @param agent the agent's index
 * @param why the first rule that said no; stable
 * @param detail for people, with the numbers behind it
 */
public record Refusal(int agent, Why why, String detail) {
    /**
     * The rules by which an agent is passed over, in the order in which they are asked: of what is free there, or, if
     * all is in offers, of that as if it was free again.
     */
    public enum Why {
        /** The framework is switched off: no agent's resources are offered to it. */
        FRAMEWORK_INACTIVE,
        /** The framework is not subscribed to the role. */
        ROLE_NOT_SUBSCRIBED,
        /** The framework suppressed the role. */
        SUPPRESSED,
        /** The framework waits for nothing, or has offers for all that it waits for. */
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
        /** What is free is not what the framework waits for, whatever quota leaves of it. */
        UNSUITABLE,
        /** The role, or one above it, is at its limit. */
        OVER_LIMIT,
        /** What is free is held back for what other roles are guaranteed. */
        HEADROOM,
        /** What is free is not worth an offer. */
        BELOW_MINIMUM,
        /** The framework refused as much or more under this role, and that still stands. */
        FILTERED,
        /** What a gang lacks is in other offers to the same framework under the same role; said of gangs alone. */
        OWN_OFFERS,
        /** The resources are in offers to others, or will be in one to somebody whose turn it is. */
        OTHERS_FIRST,
        /**
         * Nothing is in the way, and it is the framework's turn: the next {@link OfferEngine#run} offers it, unless one of
         * another agent, which comes before it, makes it somebody else's turn.
         */
        NEXT_RUN
    }
}
