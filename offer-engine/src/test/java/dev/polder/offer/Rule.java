package dev.polder.offer;

/** What is checked of an engine from outside, by what it was told and what it told. */
enum Rule {
    /** Offers are made by runs alone, at their time; ids count up, those of inverse offers with them. */
    OFFERS_ARE_NEW,
    /** Nothing is offered that is not free: not in use and in no other offer. */
    OFFERS_ARE_FREE,
    /** Offers go to active frameworks, under roles that they have and did not suppress, of agents that are on. */
    OFFERS_ARE_WELCOME,
    /** Who said what he waits for is offered what is good for one task at least. */
    OFFERS_ARE_OF_USE,
    /** What was refused under a role is not offered there again, nor less of it, before the filter has ended. */
    REFUSED_IS_NOT_OFFERED,
    /** No role, nor one above it, is over its limit by an offer. */
    LIMITS_HOLD,
    /** Offers end when they are told to end, for a reason that there is, and in time. */
    RESCINDED_FOR_A_REASON,
    /** What the engine answers to questions about agents, offers and quotas is what calls and notices add up to. */
    ANSWERS_ADD_UP,
    /** All of a gang's offers are made in one run, or none. */
    GANG_IS_WHOLE,
    /** Each of a gang's offers is of another agent. */
    GANG_IS_SPREAD,
    /** Each of a gang's offers holds what one task needs, of what everybody may have no more. */
    GANG_PARTS_FIT,
    /** A gang is offered before its time is over, to one that waits. */
    GANG_IS_IN_TIME,
    /** A gang fails once, at the first run after its time, unless it was offered, called off or silently ended. */
    GANG_FAILS_ONCE,
    /** When one offer of a gang has ended unused, the others are rescinded by the next run, and only then. */
    GANG_IS_BROKEN_UP,
    /** Victims are tasks that run. */
    VICTIMS_RUN,
    /** Victims are of a lower priority than a demand that they make enough room for. */
    VICTIMS_ARE_LOWER,
    /** Who was asked to end is not asked again before his time is over. */
    VICTIMS_ARE_GIVEN_TIME,
    /** Neither victims nor offers that make room are of what their roles are guaranteed. */
    GUARANTEES_ARE_SPARED,
    /** Offers make room where there is not enough without them for a demand of a higher priority, and is with them. */
    OFFERS_MAKE_ROOM_AT_NEED,
    /** Victims run where room is made. */
    VICTIMS_ARE_THERE,
    /** What victims leave is kept for whom they were for, until their time is over. */
    ROOM_IS_KEPT,
    /** When victims have ended, the demand that they were for is what is offered there. */
    ROOM_IS_OFFERED,
    /** Asked are active frameworks that have something of an agent that will be unavailable. */
    ASKED_HAVE_SOMETHING,
    /** One question at a time is open between a framework and an agent. */
    ASKED_ONE_AT_A_TIME,
    /** Nobody is asked again before the filter of his answer has ended. */
    ASKED_NOT_TOO_SOON,
    /** All that have something of an agent that will be unavailable are asked, unless a filter stands. */
    ALL_ARE_ASKED,
    /** A question is taken back when its time is over or its cause is gone, and only then. */
    QUESTIONS_ARE_TAKEN_BACK,
    /** A second run at the same time does nothing. */
    RUN_IS_DONE_AT_ONCE,
    /** For each agent without an offer one rule is named. */
    ALL_IS_EXPLAINED,
    /** After a run nothing waits for the next one. */
    NOTHING_WAITS_FOR_A_RUN,
    /** The rule that is named is true, as far as one can see from outside. */
    EXPLAINED_IS_TRUE,
    /** A gang is explained while it waits, and has too little room where quota does not matter. */
    GANG_IS_EXPLAINED,
    /** Who makes no sense is told so, and changes nothing. */
    REFUSED_CHANGES_NOTHING
}
