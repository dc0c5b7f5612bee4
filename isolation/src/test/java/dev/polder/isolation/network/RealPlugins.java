package dev.polder.isolation.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.PortMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;

/** Debian's plug-ins, in a namespace that plays their host, with a network {@code plot} of 198.18.77.0/24. */
public final class RealPlugins {
    /** The address of the host in the network {@code plot}. */
    public static final String GATEWAY = "198.18.77.1";

    private static final Path PROGRAMS = Path.of("/usr/lib/cni");
    private static final List<String> TYPES =
            List.of("bridge", "host-local", "portmap", "firewall", "bandwidth", "tuning");
    private static final String NETWORK = """
            {"cniVersion":"1.0.0","name":"plot","plugins":[
             {"type":"bridge","bridge":"plot0","isGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{"type":"host-local",
              "dataDir":"%s","ranges":[[{"subnet":"198.18.77.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]},
              "dns":{"nameservers":["198.18.77.53"]}},
             {"type":"portmap","capabilities":{"portMappings":true},"snat":true},
             {"type":"firewall","backend":"iptables"},
             {"type":"bandwidth","capabilities":{"bandwidth":true}},
             {"type":"tuning","mtu":1400,"dataDir":"%s"}]}
            """;
    /** For CHECK: that of portmap and of bandwidth is broken in Debian's version 1.1.1. */
    private static final String LEAN_NETWORK = """
            {"cniVersion":"1.0.0","name":"lean","plugins":[
             {"type":"bridge","bridge":"plot0","ipam":{"type":"host-local","dataDir":"%s",
              "ranges":[[{"subnet":"198.18.78.0/24"}]]}},
             {"type":"firewall","backend":"iptables"},
             {"type":"tuning","mtu":1400,"dataDir":"%s"}]}
            """;

    public final HostNamespace host;
    final NetworkNamespaces containers;
    public final CniSettings settings;
    private final Path base;
    private final List<Process> servers = new ArrayList<>();
    private final String machine;

    /** Makes the host, and the networks {@code plot} and {@code lean}. */
    public RealPlugins(Path directory) throws Exception {
        HostNamespace.assumeRoot(directory);
        assumeTrue(
                Files.isExecutable(PROGRAMS.resolve("bridge")), "Debian's containernetworking-plugins are not there");
        this.base = directory;
        this.machine = HostNamespace.said("ip -o link");
        this.host = new HostNamespace(directory.resolve("host"));
        this.containers = NetworkNamespaces.open(directory.resolve("containers"));
        Path programs = Files.createDirectory(directory.resolve("bin"));
        this.settings = CniSettings.of(
                Files.createDirectory(directory.resolve("networks")), List.of(programs), directory.resolve("state"));
        for (String type : TYPES) {
            Path program = Files.writeString(programs.resolve(type), script(type));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        }
        Files.write(
                settings.configurationDirectory().resolve("plot.conflist"),
                String.format(NETWORK, base.resolve("addresses"), base.resolve("tuned"))
                        .getBytes(UTF_8));
        Files.write(
                settings.configurationDirectory().resolve("lean.conflist"),
                String.format(LEAN_NETWORK, base.resolve("addresses"), base.resolve("tuned"))
                        .getBytes(UTF_8));
    }

    /** A plug-in in the host's namespace, which kills the agent that calls it where the file {@code kill-at} says so. */
    private String script(String type) {
        return "#!/bin/sh\n"
                + "point() { if [ \"$(cat " + base + "/kill-at 2>/dev/null)\" = \"$CNI_COMMAND " + type
                + " $1\" ]; then"
                + " rm " + base + "/kill-at; kill -9 $PPID; fi; }\n"
                + "point before\n"
                + "nsenter --net=" + host.path + " " + PROGRAMS.resolve(type) + "\n"
                + "code=$?\n"
                + "point after\n"
                + "exit $code\n";
    }

    void killAt(String point) throws IOException {
        Files.writeString(base.resolve("kill-at"), point);
    }

    static ContainerId newContainer() {
        return new ContainerId(UUID.randomUUID());
    }

    NetworkRequest request(ContainerId container) {
        return NetworkRequest.of(container, "plot", "eth0", containers.path(container));
    }

    NetworkRequest withPort(ContainerId container, int hostPort) {
        return request(container).withPorts(List.of(new PortMapping(hostPort, 80, PortMapping.Protocol.TCP)));
    }

    /** Serves a page in a container, from port 80. */
    void serve(ContainerId container, String page) throws IOException {
        Path files = Files.createDirectory(base.resolve("pages-" + container));
        Files.writeString(files.resolve("index.html"), page);
        servers.add(new ProcessBuilder(
                        "nsenter",
                        "--net=" + containers.path(container),
                        "busybox",
                        "httpd",
                        "-f",
                        "-p",
                        "80",
                        "-h",
                        files.toString())
                .redirectErrorStream(true)
                .redirectOutput(base.resolve("server-" + container).toFile())
                .start());
    }

    /** Waits until a page comes from there. */
    public static void awaitPage(Path namespace, String address, int port, String page) {
        String command = "timeout 5 bash -c 'exec 3<>/dev/tcp/" + address + "/" + port
                + "; printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3; cat <&3' 2>&1 || true";
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(
                        () -> assertThat(HostNamespace.in(namespace, command)).endsWith(page));
    }

    /** Returns what attachments leave on the host: rules, links, queues, addresses given out. */
    public String traces() throws Exception {
        return host.in("iptables-save | grep -v '^#' | sed 's/\\[.*\\]//'; ip -o link | cut -d' ' -f2; "
                + "tc qdisc show | cut -d' ' -f2,5 | sort; "
                + "find " + base.resolve("addresses")
                + " -type f ! -name 'last_reserved*' ! -name lock 2>/dev/null | sort");
    }

    /** Lets a container come and go, so that what plug-ins make once and for all is there. */
    public void warmUp() throws Exception {
        ContainerId first = newContainer();
        CniRuntime runtime = CniRuntime.open(settings);
        containers.create(first);
        runtime.attach(withPort(first, 31999));
        runtime.detach(first);
        containers.release(first);
    }

    /** Ends the host, and looks that nothing is left on the machine. */
    public void close() throws Exception {
        for (Process server : servers) {
            server.destroyForcibly().waitFor();
        }
        for (ContainerId left : containers.containers()) {
            containers.release(left);
        }
        host.close();
        HostNamespace.assertNothingIsMounted(base);
        assertThat(HostNamespace.said("ip -o link")).isEqualTo(machine);
    }
}
