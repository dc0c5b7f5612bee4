package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Control groups in memory, as far as the driver uses them, with the refusals of real kernels. */
final class FakeKernel implements ControlFiles, Signals {
    static final Path PROC = Path.of("/proc");
    /** The number of the process that writes. */
    static final long OWN = 4242;

    final List<String> writes = new ArrayList<>();
    final Set<Path> notWritable = new HashSet<>();
    final Set<Path> unreadable = new HashSet<>();
    /** What writes to a file of that name are answered. */
    final Map<String, String> refusals = new HashMap<>();
    /** Those that no signal ends. */
    final Set<Long> immortal = new HashSet<>();

    final Set<Long> signalled = new TreeSet<>();
    long reclaimable;
    /** What happens when a group of version 2 was told to freeze. */
    Runnable onFreeze = () -> {};

    int busyRemovals;

    /** The files of each group by name. */
    private final Map<Path, Map<String, String>> groups = new TreeMap<>();

    private final Map<Path, Set<Path>> nested = new HashMap<>();
    private final List<Tree> trees = new ArrayList<>();
    private final StringBuilder mountinfo = new StringBuilder();
    private final StringBuilder memberships = new StringBuilder();

    private record Tree(Path mountPoint, boolean unified, List<String> controllers) {}

    /** A hierarchy of version 1, mounted whole, with this process in a group of it. */
    FakeKernel v1(String mountPoint, String controllers, String own) throws IOException {
        mount(mountPoint, "/", "cgroup", "rw," + controllers);
        member((trees.size() + 1) + ":" + controllers + ":" + own);
        return tree(new Tree(Path.of(mountPoint), false, List.of(controllers.split(",", -1))), own);
    }

    /** The hierarchy of version 2, mounted whole, with this process in a group of it. */
    FakeKernel v2(String mountPoint, String controllers, String own) throws IOException {
        mount(mountPoint, "/", "cgroup2", "rw");
        member("0::" + own);
        List<String> names = controllers.isEmpty() ? List.of() : List.of(controllers.split(" ", -1));
        return tree(new Tree(Path.of(mountPoint), true, names), own);
    }

    FakeKernel mount(String mountPoint, String root, String type, String options) {
        mountinfo.append(
                "30 22 0:27 " + root + " " + mountPoint + " rw,relatime shared:9 - " + type + " none " + options);
        mountinfo.append('\n');
        return this;
    }

    FakeKernel member(String line) {
        memberships.append(line).append('\n');
        return this;
    }

    /** Groups that can be seen there, without a line in {@code mountinfo}. */
    FakeKernel tree(String mountPoint, boolean unified, String controllers, String own) throws IOException {
        return tree(new Tree(Path.of(mountPoint), unified, List.of(controllers.split("[, ]", -1))), own);
    }

    private FakeKernel tree(Tree tree, String own) throws IOException {
        trees.add(tree);
        populate(tree.mountPoint(), tree, tree.controllers());
        remove(tree.mountPoint().resolve("cgroup.events"));
        if (tree.controllers().contains("cpuset") && !tree.unified()) {
            put(tree.mountPoint(), "cpuset.cpus", "0-3\n");
            put(tree.mountPoint(), "cpuset.mems", "0\n");
        }
        Path group = tree.mountPoint();
        for (String name : own.substring(1).split("/", -1)) {
            if (!name.isEmpty()) {
                Path inner = group.resolve(name);
                if (tree.unified()) {
                    put(group, "cgroup.subtree_control", String.join(" ", tree.controllers()) + "\n");
                }
                makeGroup(inner);
                group = inner;
            }
        }
        put(group, "cgroup.procs", OWN + "\n");
        return this;
    }

    void put(Path group, String file, String text) {
        groups.computeIfAbsent(group, made -> new TreeMap<>()).put(file, text);
    }

    private void put(Path file, String text) {
        put(file.getParent(), file.getFileName().toString(), text);
    }

    private @Nullable String get(Path file) {
        return groups.getOrDefault(file.getParent(), Map.of())
                .get(file.getFileName().toString());
    }

    private String get(Path group, String file, String otherwise) {
        return groups.getOrDefault(group, Map.of()).getOrDefault(file, otherwise);
    }

    void remove(Path file) {
        groups.get(file.getParent()).remove(file.getFileName().toString());
    }

    /** Puts processes into a group, made if it is not there, as a container's own would. */
    void add(Path group, long... pids) throws IOException {
        if (!groups.containsKey(group)) {
            makeGroup(group);
        }
        StringBuilder text = new StringBuilder(get(group, "cgroup.procs", ""));
        Arrays.stream(pids).forEach(pid -> text.append(pid).append('\n'));
        put(group, "cgroup.procs", text.toString());
    }

    Set<Path> groups() {
        return new TreeSet<>(groups.keySet());
    }

    @Override
    public int read(Path file, byte[] into) throws IOException {
        byte[] bytes = text(file).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, into.length);
        System.arraycopy(bytes, 0, into, 0, length);
        return length;
    }

    @Override
    public String text(Path file) throws IOException {
        if (file.equals(PROC.resolve("self/mountinfo"))) {
            return mountinfo.toString();
        }
        if (file.equals(PROC.resolve("self/cgroup"))) {
            return memberships.toString();
        }
        if (unreadable.contains(file)) {
            throw new IOException("Operation not supported");
        }
        String text = get(file);
        if (text == null) {
            throw new NoSuchFileException(file.toString());
        }
        return text;
    }

    @Override
    public void write(Path file, String text) throws IOException {
        if (get(file) == null) {
            throw new NoSuchFileException(file.toString());
        }
        Path group = file.getParent();
        String name = file.getFileName().toString();
        if (notWritable.contains(group) || notWritable.contains(file)) {
            throw new AccessDeniedException(file.toString());
        }
        if (refusals.containsKey(name)) {
            throw new IOException(refusals.get(name));
        }
        writes.add(file + "=" + text);
        switch (name) {
            case "cgroup.procs" -> join(group, text.equals("0") ? OWN : Long.parseLong(text));
            case "cgroup.subtree_control" -> enable(group, text.substring(1));
            case "cgroup.kill" -> within(group).forEach(inner -> endAll(inner));
            case "cgroup.freeze" -> {
                within(group).forEach(inner -> put(inner, "cgroup.events", "populated 1\nfrozen " + text + "\n"));
                onFreeze.run();
            }
            case "freezer.state" -> setFreezer(group, text);
            case "memory.limit_in_bytes" -> limitMemory(group, text);
            case "memory.memsw.limit_in_bytes" -> {
                if (number(text) < number(text(group.resolve("memory.limit_in_bytes")))) {
                    throw new IOException("Invalid argument");
                }
                put(group, name, text + "\n");
            }
            case "memory.reclaim" -> {
                long taken = Math.min(reclaimable, Long.parseLong(text));
                put(group, "memory.current", number(text(group.resolve("memory.current"))) - taken + "\n");
            }
            default -> put(file, text + "\n");
        }
    }

    private void limitMemory(Path group, String text) throws IOException {
        Path swap = group.resolve("memory.memsw.limit_in_bytes");
        if (get(swap) != null && number(text) > number(text(swap))) {
            throw new IOException("Invalid argument");
        }
        if (number(text) < number(text(group.resolve("memory.usage_in_bytes")))) {
            throw new IOException("Device or resource busy");
        }
        put(group, "memory.limit_in_bytes", text + "\n");
    }

    private static long number(String text) {
        return text.strip().equals("-1") ? Long.MAX_VALUE : Long.parseLong(text.strip());
    }

    private void join(Path group, long pid) throws IOException {
        for (Path other : within(treeOf(group).mountPoint())) {
            put(other, "cgroup.procs", without(text(other.resolve("cgroup.procs")), pid));
        }
        add(group, pid);
    }

    private static String without(String procs, long pid) {
        return (procs.startsWith(pid + "\n") ? procs.substring((pid + "\n").length()) : procs)
                .replace("\n" + pid + "\n", "\n");
    }

    private void enable(Path group, String controller) throws IOException {
        if (!List.of(text(group.resolve("cgroup.controllers")).strip().split(" ", -1))
                .contains(controller)) {
            throw new NoSuchFileException(group.toString());
        }
        boolean top = get(group.resolve("cgroup.events")) == null;
        if (!top && !text(group.resolve("cgroup.procs")).isBlank()) {
            throw new IOException("Device or resource busy");
        }
        Path subtree = group.resolve("cgroup.subtree_control");
        put(group, "cgroup.subtree_control", (text(subtree).strip() + " " + controller).strip() + "\n");
        for (Path child : nested(group, Integer.MAX_VALUE)) {
            populate(child, treeOf(child), List.of(text(subtree).strip().split(" ", -1)));
        }
    }

    private void setFreezer(Path group, String state) throws IOException {
        put(group, "freezer.state", state + "\n");
        if (state.equals("THAWED")) {
            // what was killed while it was frozen ends now
            for (Long pid : signalled) {
                put(group, "cgroup.procs", without(text(group.resolve("cgroup.procs")), pid));
            }
        }
    }

    private void endAll(Path group) {
        StringBuilder left = new StringBuilder();
        get(group, "cgroup.procs", "")
                .lines()
                .filter(pid -> immortal.contains(Long.valueOf(pid)))
                .forEach(pid -> left.append(pid).append('\n'));
        put(group, "cgroup.procs", left.toString());
    }

    /** A frozen process of version 1 ends when it is thawed. */
    @Override
    public @Nullable Runnable killer(long pid) {
        return pid == 0 ? null : () -> kill(pid);
    }

    private void kill(long pid) {
        if (immortal.contains(pid)) {
            return;
        }
        signalled.add(pid);
        for (Path group : groups.keySet()) {
            String procs = get(group, "cgroup.procs", "");
            if (procs.lines().anyMatch(line -> line.equals(Long.toString(pid))) && !isFrozenInAny(pid)) {
                put(group, "cgroup.procs", without(procs, pid));
            }
        }
    }

    /** A process ends by itself. */
    void endOne(long pid) {
        for (Path group : groups.keySet()) {
            put(group, "cgroup.procs", without(get(group, "cgroup.procs", ""), pid));
        }
    }

    private boolean isFrozenInAny(long pid) {
        return groups.keySet().stream()
                .filter(group -> get(group, "freezer.state", "").startsWith("FROZEN"))
                .anyMatch(group ->
                        get(group, "cgroup.procs", "").lines().anyMatch(line -> line.equals(Long.toString(pid))));
    }

    @Override
    public void makeGroup(Path directory) throws IOException {
        if (groups.containsKey(directory)) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        Path parent = directory.getParent();
        if (!groups.containsKey(parent)) {
            throw new NoSuchFileException(directory.toString());
        }
        if (notWritable.contains(parent)) {
            throw new AccessDeniedException(directory.toString());
        }
        nested.computeIfAbsent(parent, made -> new TreeSet<>()).add(directory);
        Tree tree = treeOf(directory);
        populate(
                directory,
                tree,
                tree.unified()
                        ? List.of(get(parent, "cgroup.subtree_control", "")
                                .strip()
                                .split(" ", -1))
                        : tree.controllers());
        if (get(parent, "cgroup.clone_children", "").startsWith("1")) {
            put(directory, "cpuset.cpus", get(parent, "cpuset.cpus", ""));
            put(directory, "cpuset.mems", get(parent, "cpuset.mems", ""));
        }
    }

    private Tree treeOf(Path group) {
        return trees.stream()
                .filter(tree -> group.startsWith(tree.mountPoint()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no hierarchy at " + group));
    }

    private void populate(Path group, Tree tree, List<String> controllers) {
        Map<String, String> made = new HashMap<>();
        made.put("cgroup.procs", "");
        if (tree.unified()) {
            made.put("cgroup.events", "populated 0\nfrozen 0\n");
            made.put("cgroup.subtree_control", "\n");
            made.put("cgroup.freeze", "0\n");
            made.put("cgroup.kill", "");
            made.put("cgroup.max.depth", "max\n");
            made.put("cpu.stat", "usage_usec 0\nuser_usec 0\nsystem_usec 0\n");
        } else {
            made.put("cgroup.clone_children", "0\n");
        }
        controllers.forEach(controller -> files(controller, tree.unified(), made));
        made.forEach((name, text) -> put(group, name, get(group, name, text)));
        if (tree.unified()) {
            put(group, "cgroup.controllers", String.join(" ", controllers) + "\n");
        }
    }

    private static void files(String controller, boolean unified, Map<String, String> made) {
        switch (controller + (unified ? " 2" : " 1")) {
            case "cpu 1" -> {
                made.put("cpu.shares", "1024\n");
                made.put("cpu.cfs_quota_us", "-1\n");
                made.put("cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
            }
            case "cpuacct 1" -> {
                made.put("cpuacct.stat", "user 0\nsystem 0\n");
                made.put("cpuacct.usage", "0\n");
            }
            case "memory 1" -> {
                made.put("memory.limit_in_bytes", "9223372036854771712\n");
                made.put("memory.soft_limit_in_bytes", "9223372036854771712\n");
                made.put("memory.memsw.limit_in_bytes", "9223372036854771712\n");
                made.put("memory.usage_in_bytes", "0\n");
                made.put("memory.max_usage_in_bytes", "0\n");
                made.put("memory.use_hierarchy", "1\n");
                made.put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
                made.put("memory.stat", "cache 0\nrss 0\n");
            }
            case "freezer 1" -> made.put("freezer.state", "THAWED\n");
            case "devices 1" -> {
                made.put("devices.allow", "");
                made.put("devices.deny", "");
            }
            case "cpuset 1" -> {
                made.put("cpuset.cpus", "\n");
                made.put("cpuset.mems", "\n");
            }
            case "blkio 1" -> {
                for (String what : List.of("read_bps", "write_bps", "read_iops", "write_iops")) {
                    made.put("blkio.throttle." + what + "_device", "");
                }
                made.put("blkio.throttle.io_service_bytes_recursive", "Total 0\n");
                made.put("blkio.throttle.io_serviced_recursive", "Total 0\n");
            }
            case "pids 1", "pids 2" -> {
                made.put("pids.max", "max\n");
                made.put("pids.current", "0\n");
            }
            case "cpu 2" -> {
                made.put("cpu.weight", "100\n");
                made.put("cpu.max", "max 100000\n");
            }
            case "memory 2" -> {
                made.put("memory.current", "0\n");
                made.put("memory.max", "max\n");
                made.put("memory.low", "0\n");
                made.put("memory.reclaim", "");
                made.put("memory.events", "low 0\noom 0\noom_kill 0\n");
                made.put("memory.stat", "anon 0\nfile 0\n");
            }
            case "io 2" -> {
                made.put("io.max", "");
                made.put("io.stat", "");
            }
            default -> {}
        }
    }

    @Override
    public void removeGroup(Path directory) throws IOException {
        if (!groups.containsKey(directory)) {
            return;
        }
        if (busyRemovals > 0) {
            busyRemovals--;
            throw new FileSystemException(directory.toString(), null, "Device or resource busy");
        }
        if (!get(directory, "cgroup.procs", "").isBlank()
                || !nested(directory, Integer.MAX_VALUE).isEmpty()) {
            throw new FileSystemException(directory.toString(), null, "Device or resource busy");
        }
        groups.remove(directory);
        nested.get(directory.getParent()).remove(directory);
    }

    @Override
    public List<Path> nested(Path directory, int max) {
        return nested.getOrDefault(directory, Set.of()).stream().limit(max).toList();
    }

    private List<Path> within(Path directory) {
        return groups.keySet().stream()
                .filter(group -> group.startsWith(directory))
                .toList();
    }

    @Override
    public boolean exists(Path file) {
        return get(file) != null || groups.containsKey(file);
    }

    @Override
    public boolean isWritable(Path file) {
        return exists(file) && !notWritable.contains(file);
    }
}
