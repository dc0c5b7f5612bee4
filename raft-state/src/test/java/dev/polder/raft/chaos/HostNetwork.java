package dev.polder.raft.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Hosts in network namespaces on one bridge, which this process is on too, as host 0. What one sends to another can be
 * made to vanish, in each direction alone: its frames go to a hardware address that nobody has. So connections stay open
 * and new ones get no answer, as when a cable is pulled; a blackhole route would refuse new ones at once.
 *
 * <p>For root on Linux. One thread.
 */
final class HostNetwork implements AutoCloseable {
    /** The bridge is {@code polPIDx}, its hosts {@code polPIDx-1} and on: below the 15 characters of an interface. */
    private static final Pattern OURS = Pattern.compile("\\b(pol(\\d+)[a-z])(-\\d+)?\\b");

    private static final int SUBNETS = 512;
    private static final int NOBODY = 255;

    private final String name;
    private final int subnet;
    private final int hosts;

    private HostNetwork(String name, int subnet, int hosts) {
        this.name = name;
        this.subnet = subnet;
        this.hosts = hosts;
    }

    /** Returns why there can be no such network here; empty if there can. Tries it. */
    static Optional<String> problem() {
        try (HostNetwork tried = open(1)) {
            tried.cut(0, 1);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no network namespaces here: " + e.getMessage());
        }
    }

    /** Makes hosts 1 and on that all reach each other, after it removed what processes that are no more have left. */
    static HostNetwork open(int hosts) throws IOException {
        removeLeftovers();
        String links = HostCommand.run("ip", "-o", "link");
        String addresses = HostCommand.run("ip", "-o", "-4", "address");
        String name = IntStream.rangeClosed('a', 'z')
                .mapToObj(letter -> "pol" + ProcessHandle.current().pid() + (char) letter)
                .filter(free -> !links.contains(free))
                .findFirst()
                .orElseThrow(() -> new IOException("no name is free for another bridge"));
        int subnet = IntStream.range(0, SUBNETS)
                .map(step -> (int) ((ProcessHandle.current().pid() + step) % SUBNETS))
                .filter(free -> !addresses.contains(" " + prefix(free)))
                .findFirst()
                .orElseThrow(() -> new IOException("no subnet of 198.18.0.0/15 is free"));
        HostNetwork network = new HostNetwork(name, subnet, hosts);
        try {
            network.build();
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException {
        HostCommand.run("ip", "link", "add", name, "address", hardware(0), "type", "bridge");
        HostCommand.run("ip", "address", "add", address(0) + "/24", "dev", name);
        HostCommand.run("ip", "link", "set", name, "up");
        for (int host = 1; host <= hosts; host++) {
            String namespace = namespace(host);
            HostCommand.run("ip", "netns", "add", namespace);
            HostCommand.run(
                    "ip",
                    "link",
                    "add",
                    namespace,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "address",
                    hardware(host),
                    "netns",
                    namespace);
            HostCommand.run("ip", "link", "set", namespace, "master", name, "up");
            HostCommand.run("ip", "-n", namespace, "address", "add", address(host) + "/24", "dev", "eth0");
            HostCommand.run("ip", "-n", namespace, "link", "set", "lo", "up");
            HostCommand.run("ip", "-n", namespace, "link", "set", "eth0", "up");
        }
        heal();
    }

    private static String prefix(int subnet) {
        return "198." + (18 + subnet / 256) + "." + subnet % 256 + ".";
    }

    String name() {
        return name;
    }

    /** Returns the IPv4 address of a host. */
    String address(int host) {
        return prefix(subnet) + (host + 1);
    }

    private String hardware(int host) {
        return "02:18:%02x:%02x:00:%02x".formatted(subnet / 256, subnet % 256, host);
    }

    private String namespace(int host) {
        return name + "-" + host;
    }

    /** Returns a command that runs another one on a host, as the same process. */
    List<String> on(int host, List<String> command) {
        List<String> there = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
        there.addAll(command);
        return there;
    }

    /** From now on nothing that one host sends reaches the other. */
    void cut(int from, int to) throws IOException {
        send(from, to, NOBODY);
    }

    /** Nothing that either of two hosts sends reaches the other. */
    void cutBoth(int one, int other) throws IOException {
        cut(one, other);
        cut(other, one);
    }

    /** All hosts reach each other. */
    void heal() throws IOException {
        for (int from = 0; from <= hosts; from++) {
            for (int to = 0; to <= hosts; to++) {
                if (from != to) {
                    send(from, to, to);
                }
            }
        }
    }

    private void send(int from, int to, int receiver) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        if (from != 0) {
            command.addAll(List.of("-n", namespace(from)));
        }
        command.addAll(List.of("neighbour", "replace", address(to), "lladdr", hardware(receiver)));
        command.addAll(List.of("nud", "permanent", "dev", from == 0 ? name : "eth0"));
        HostCommand.run(command.toArray(String[]::new));
    }

    private static void removeLeftovers() throws IOException {
        String all = HostCommand.run("ip", "-o", "link") + HostCommand.run("ip", "netns", "list");
        Matcher found = OURS.matcher(all);
        for (String bridge : found.results()
                .filter(one -> ProcessHandle.of(Long.parseLong(one.group(2))).isEmpty())
                .map(one -> one.group(1))
                .collect(Collectors.toSet())) {
            remove(bridge);
        }
    }

    /** Removes a bridge and its hosts, with the processes that still run there: one that is stopped cannot end itself. */
    private static void remove(String bridge) throws IOException {
        for (String line : HostCommand.run("ip", "netns", "list").lines().toList()) {
            String namespace = line.split(" ", 2)[0];
            if (namespace.startsWith(bridge + "-")) {
                HostCommand.run("ip", "netns", "pids", namespace)
                        .lines()
                        .map(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                        .forEach(process -> process.ifPresent(ProcessHandle::destroyForcibly));
                HostCommand.run("ip", "netns", "delete", namespace);
            }
        }
        for (String line : HostCommand.run("ip", "-o", "link").lines().toList()) {
            String link = line.split("[:@ ]+", 3)[1];
            // those of a namespace go with it, a moment later, if nobody is faster
            if (link.startsWith(bridge + "-")) {
                HostCommand.attempt("ip", "link", "delete", link);
            } else if (link.equals(bridge)) {
                HostCommand.run("ip", "link", "delete", link);
            }
        }
    }

    @Override
    public void close() throws IOException {
        remove(name);
    }
}
