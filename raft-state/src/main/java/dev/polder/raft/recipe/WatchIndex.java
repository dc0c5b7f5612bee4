package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who watches what. A watch of one key costs nothing while other keys change. */
final class WatchIndex {
    private final Map<String, Set<Watcher>> byKey = new HashMap<>();
    private final Set<Watcher> ofRanges = new LinkedHashSet<>();

    /** One watch of one caller; equal only to itself. */
    static final class Watcher {
        private final Caller caller;
        private final long id;
        private final KeyRange range;
        private final long fromRevision;

        Watcher(Caller caller, long id, KeyRange range, long fromRevision) {
            this.caller = caller;
            this.id = id;
            this.range = range;
            this.fromRevision = fromRevision;
        }

        void tell(Change change) {
            if (change.revision() >= fromRevision) {
                List<KeyEvent> events = change.events().stream()
                        .filter(event -> range.contains(event.key()))
                        .toList();
                if (!events.isEmpty()) {
                    caller.answer(new RecipeAnswer.Changed(id, new Change(change.revision(), events)));
                }
            }
        }
    }

    void add(Watcher watcher) {
        if (watcher.range.isSingle()) {
            byKey.computeIfAbsent(watcher.range.from(), key -> new LinkedHashSet<>())
                    .add(watcher);
        } else {
            ofRanges.add(watcher);
        }
    }

    void remove(Watcher watcher) {
        ofRanges.remove(watcher);
        Set<Watcher> ofKey = byKey.get(watcher.range.from());
        if (ofKey != null && ofKey.remove(watcher) && ofKey.isEmpty()) {
            byKey.remove(watcher.range.from());
        }
    }

    /** Tells a change to whom it concerns. */
    void tell(Change change) {
        Map<Watcher, List<KeyEvent>> ofKeys = new LinkedHashMap<>();
        for (KeyEvent event : change.events()) {
            for (Watcher watcher : byKey.getOrDefault(event.key(), Set.of())) {
                ofKeys.computeIfAbsent(watcher, unused -> new ArrayList<>()).add(event);
            }
        }
        ofKeys.forEach((watcher, events) -> watcher.tell(new Change(change.revision(), events)));
        ofRanges.forEach(watcher -> watcher.tell(change));
    }
}
