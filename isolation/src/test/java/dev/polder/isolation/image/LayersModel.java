package dev.polder.isolation.image;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What layers mean, without files: a tree is a map from names to texts, {@code directory} or something else. Slow and
 * plain on purpose.
 */
final class LayersModel {
    private static final String DIRECTORY = "directory";

    /** One entry of a tar. */
    record Step(Kind kind, String name, String content) {}

    enum Kind {
        DIRECTORY,
        FILE,
        LINK,
        HARD_LINK,
        WHITEOUT,
        OPAQUE
    }

    private final SortedMap<String, String> tree = new TreeMap<>();

    SortedMap<String, String> tree() {
        return tree;
    }

    /** Lays a layer over the tree, and returns its tar. A step that no tree allows is left out of both. */
    TestLayer apply(List<Step> steps) {
        TestLayer tar = new TestLayer();
        SortedMap<String, String> layer = new TreeMap<>();
        Set<String> hidden = new TreeSet<>();
        Set<String> opaque = new TreeSet<>();
        for (Step step : steps) {
            switch (step.kind()) {
                case WHITEOUT -> {
                    hidden.add(step.name());
                    int slash = step.name().lastIndexOf('/');
                    tar.whiteout(
                            slash < 0 ? "" : step.name().substring(0, slash),
                            step.name().substring(slash + 1));
                }
                case OPAQUE -> {
                    opaque.add(step.name());
                    tar.opaque(step.name());
                }
                default -> add(step, layer, tar);
            }
        }
        hide(layer, hidden, opaque);
        layer.forEach(this::put);
        return tar;
    }

    private static void add(Step step, SortedMap<String, String> layer, TestLayer tar) {
        for (String above : above(step.name())) {
            if (!layer.getOrDefault(above, DIRECTORY).equals(DIRECTORY)) {
                return;
            }
        }
        String said = null;
        switch (step.kind()) {
            case DIRECTORY -> {
                tar.directory(step.name());
                said = DIRECTORY;
            }
            case FILE -> {
                tar.file(step.name(), step.content());
                said = "file " + step.content();
            }
            case LINK -> {
                tar.link(step.name(), step.content());
                said = "link " + step.content();
            }
            default -> {
                String target = layer.get(step.content());
                boolean isBelow = step.content().startsWith(step.name() + "/");
                if (target == null
                        || target.equals(DIRECTORY)
                        || isBelow
                        || step.content().equals(step.name())) {
                    return;
                }
                tar.hardLink(step.name(), step.content());
                said = target;
            }
        }
        above(step.name()).forEach(name -> layer.put(name, DIRECTORY));
        if (!said.equals(DIRECTORY)) {
            removeBelow(layer, step.name());
        }
        layer.put(step.name(), said);
    }

    private void hide(SortedMap<String, String> layer, Set<String> hidden, Set<String> opaque) {
        SortedMap<String, String> own = new TreeMap<>(layer);
        for (String name : hidden) {
            if (isOpen(own, name)) {
                if (DIRECTORY.equals(own.get(name))) {
                    removeBelow(tree, name);
                } else if (!own.containsKey(name)) {
                    above(name).forEach(above -> layer.put(above, DIRECTORY));
                    // a link or file in place of a directory above hides it anyway, and is replaced by that directory
                    tree.remove(name);
                    removeBelow(tree, name);
                }
            }
        }
        for (String name : opaque) {
            if (isOpen(own, name) && own.getOrDefault(name, DIRECTORY).equals(DIRECTORY)) {
                above(name).forEach(above -> layer.put(above, DIRECTORY));
                if (!name.isEmpty()) {
                    layer.put(name, DIRECTORY);
                }
                removeBelow(tree, name);
            }
        }
    }

    private static boolean isOpen(Map<String, String> layer, String name) {
        return above(name).stream()
                .allMatch(above -> layer.getOrDefault(above, DIRECTORY).equals(DIRECTORY));
    }

    private void put(String name, String said) {
        if (!said.equals(DIRECTORY) || !DIRECTORY.equals(tree.get(name))) {
            removeBelow(tree, name);
        }
        tree.put(name, said);
    }

    private static void removeBelow(SortedMap<String, String> tree, String name) {
        tree.keySet().removeIf(other -> name.isEmpty() || other.startsWith(name + "/"));
    }

    private static List<String> above(String name) {
        List<String> above = new java.util.ArrayList<>();
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            above.add(name.substring(0, slash));
        }
        return above;
    }
}
