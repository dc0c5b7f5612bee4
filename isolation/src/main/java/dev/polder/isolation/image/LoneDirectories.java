package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hides whiteouts that the kernel would show: in a directory that one layer alone has there is nothing to hide, so it lists
 * the devices as files, which then are not found. A directory that is also in the upper layer is looked through. So those
 * directories are made there, as they are in their layer, before anything is mounted.
 */
final class LoneDirectories {
    private final Path upper;
    private final List<Layer> highestFirst = new ArrayList<>();
    private final Map<Path, FileAttributes> made = new LinkedHashMap<>();

    private record Layer(Path tree, List<EntryName> hidden, Set<EntryName> opaque) {
        static Layer of(Path tree, Whiteouts whiteouts) {
            return new Layer(tree, whiteouts.hidden(), Set.copyOf(whiteouts.opaque()));
        }
    }

    private LoneDirectories(Path upper) {
        this.upper = upper;
    }

    /**
     * Makes them.
     *
     * @param upper the upper layer, with nothing in it
     * @param highestFirst the layers that are mounted, with what each hides
     */
    static void makeIn(Path upper, Map<Path, Whiteouts> highestFirst) throws IOException {
        LoneDirectories lone = new LoneDirectories(upper);
        highestFirst.forEach((tree, whiteouts) -> lone.highestFirst.add(Layer.of(tree, whiteouts)));
        Set<EntryName> directories = new LinkedHashSet<>();
        lone.highestFirst.forEach(layer -> layer.hidden().forEach(name -> directories.add(name.parent())));
        lone.made.put(upper, FileAttributes.of(upper));
        for (EntryName directory : directories) {
            lone.makeIfLone(directory);
        }
        // the deepest first, as what is made in a directory changes its time
        List<Map.Entry<Path, FileAttributes>> deepestFirst = new ArrayList<>(lone.made.entrySet());
        Collections.reverse(deepestFirst);
        for (Map.Entry<Path, FileAttributes> each : deepestFirst) {
            each.getValue().applyToDirectory(each.getKey(), true);
        }
    }

    private void makeIfLone(EntryName directory) throws IOException {
        List<Layer> sharing = highestFirst;
        List<FileAttributes> shown = new ArrayList<>();
        EntryName name = EntryName.root();
        for (String part : directory.parts()) {
            name = name.child(part);
            sharing = sharing(name, sharing);
            if (sharing.isEmpty()) {
                return;
            }
            shown.add(FileAttributes.of(RawPaths.resolve(sharing.get(0).tree(), name)));
        }
        if (sharing.size() > 1) {
            return;
        }
        Path place = upper;
        for (int i = 0; i < shown.size(); i++) {
            place = RawPaths.child(place, directory.parts().get(i));
            if (!made.containsKey(place)) {
                Files.createDirectory(place);
                made.put(place, shown.get(i));
            }
        }
    }

    /** Returns those of the layers, which share all directories above, that share this one; none if it is not to be seen. */
    private static List<Layer> sharing(EntryName name, List<Layer> above) {
        List<Layer> sharing = new ArrayList<>();
        for (Layer layer : above) {
            Path place = RawPaths.resolve(layer.tree(), name);
            boolean isDirectory = Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
            if (isDirectory) {
                sharing.add(layer);
            }
            // a file of any kind hides what is below it, a whiteout, too
            if (layer.opaque().contains(name) || (!isDirectory && Files.exists(place, LinkOption.NOFOLLOW_LINKS))) {
                break;
            }
        }
        return sharing;
    }
}
