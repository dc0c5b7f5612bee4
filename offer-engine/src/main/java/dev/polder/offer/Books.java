package dev.polder.offer;

/** All that an engine keeps, for those who read across it. Owned by the engine's thread. */
record Books(
        OfferEngineConfig config,
        Deadlines deadlines,
        Filters filters,
        Agents agents,
        Subscriptions subscriptions,
        Quotas quotas,
        Charges charges,
        Eligibility eligibility,
        OpenOffers offers,
        Retries retries,
        RunningTasks tasks,
        InverseOffers inverseOffers) {

    static Books empty(OfferEngineConfig config, long seed) {
        Deadlines deadlines = new Deadlines();
        Filters filters = new Filters(deadlines);
        Agents agents = new Agents(config);
        ClusterTotal total = new ClusterTotal(config.excludedFromShares());
        Turns roleTurns = config.roleOrder() == OfferEngineConfig.Order.RANDOM ? new Turns(seed) : null;
        Turns memberTurns = config.frameworkOrder() == OfferEngineConfig.Order.RANDOM ? new Turns(~seed) : null;
        Shares members = new Shares(total, memberTurns);
        RoleTree tree = new RoleTree(new Shares(total, roleTurns), members);
        Subscriptions subscriptions =
                new Subscriptions(tree, members, filters, deadlines, new SetAsides(agents, deadlines), config);
        Quotas quotas = new Quotas(tree, agents);
        OpenOffers offers = new OpenOffers();
        return new Books(
                config,
                deadlines,
                filters,
                agents,
                subscriptions,
                quotas,
                new Charges(agents, subscriptions, quotas),
                new Eligibility(agents, subscriptions, quotas, filters),
                offers,
                new Retries(),
                new RunningTasks(),
                new InverseOffers(agents, subscriptions, offers, deadlines, config));
    }

    RoleTree tree() {
        return subscriptions.tree;
    }
}
