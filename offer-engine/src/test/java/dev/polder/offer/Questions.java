package dev.polder.offer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What judges ask an engine; the answers are those of the engine, unless a lie is planted. */
record Questions(OfferEngine engine, Liar liar) {
    List<Refusal> explain(long nowMs, int framework, String role) {
        return liar.refusals(engine.explain(nowMs, framework, role));
    }

    Optional<WaitingGang> explainGang(long gang) {
        return liar.waitingGang(engine.explainGang(gang));
    }

    /** Returns all that can be asked, with the answers. */
    List<String> dump(Notes notes, int gangs, List<String> roles) {
        List<String> lines = new ArrayList<>();
        for (int agent : notes.agents.keySet()) {
            lines.add("agent " + agent + ": " + engine.agent(agent) + " used " + engine.used(agent) + " offered "
                    + engine.offered(agent) + " free " + engine.free(agent) + " over " + engine.overcommitted(agent)
                    + " unavailable " + engine.unavailability(agent) + " " + engine.answers(agent));
        }
        for (String role : roles) {
            lines.add("role " + role + ": " + engine.dominantShare(role) + " " + engine.activeFilters(role) + " "
                    + engine.quota(role));
        }
        notes.frameworks.forEach((index, framework) -> {
            lines.add("framework " + index + ": " + engine.openOffers(index));
            for (String role : framework.profile.roles().keySet()) {
                lines.add("framework " + index + " in " + role + ": " + engine.dominantShare(index, role) + " "
                        + engine.explain(notes.nowMs, index, role));
            }
        });
        for (long gang = 0; gang < gangs; gang++) {
            lines.add("gang " + gang + ": " + engine.explainGang(gang));
        }
        lines.add("inverse " + engine.openInverseOffers());
        lines.add("next " + engine.nextDeadlineMs());
        return lines;
    }
}
