package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.NamespaceProbe;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * What came of looking for images.
 *
 * @param images to be closed; empty if there are none
 * @param detail by what they run, or why there are none
 */
record ImageTrial(Optional<HostImages> images, String detail) {
    /** Looks for them if they are wanted. */
    static ImageTrial of(IsolationSettings settings, Optional<HostIsolation.ImagePlace> place) {
        if (settings.wanted().stream().noneMatch(IsolatorName::isOfImages)) {
            return refused("not wanted");
        }
        if (place.isEmpty()) {
            return refused("this node has no place for images");
        }
        try {
            HostImages opened =
                    HostImages.open(place.get().directory(), place.get().settings());
            String refusal = NamespaceProbe.refusals(Set.of(Namespace.PID)).getOrDefault(Namespace.PID, "");
            if (!refusal.isEmpty()) {
                opened.close();
                return refused("no process numbers of its own for a container: " + refusal);
            }
            return new ImageTrial(Optional.of(opened), opened.detail());
        } catch (IOException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private static ImageTrial refused(String why) {
        return new ImageTrial(Optional.empty(), why);
    }

    Ability ability(IsolatorName name) {
        return new Ability(name.toString(), images.isPresent(), detail);
    }

    void close() throws IOException {
        if (images.isPresent()) {
            images.get().close();
        }
    }
}
