package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an attachment has given a container. All texts come from plug-ins, and only addresses are checked.
 *
 * @param interfaces those that were made, in the container and on the host
 */
public record CniResult(List<Interface> interfaces, List<Address> addresses, List<Route> routes, Dns dns) {
    /**
     * A network interface.
     *
     * @param mac empty if the plug-in does not say
     * @param sandbox the path of the namespace that it is in, empty for that of the host
     */
    public record Interface(String name, String mac, String sandbox) {}

    /** An address of the container with its prefix length, as {@code 198.18.0.2/24}. */
    public record Address(IpNetwork network, Optional<String> gateway) {}

    /** A route of the container; without a gateway by the interface itself. */
    public record Route(IpNetwork destination, Optional<String> gateway) {}

    /** How names are looked up; empty where the plug-ins do not say. */
    public record Dns(List<String> nameservers, Optional<String> domain, List<String> search, List<String> options) {
        /** The plug-ins do not say. */
        public static final Dns NONE = new Dns(List.of(), Optional.empty(), List.of(), List.of());

        /** Copies the lists. */
        public Dns {
            nameservers = List.copyOf(nameservers);
            search = List.copyOf(search);
            options = List.copyOf(options);
        }
    }

    /** Copies the lists. */
    public CniResult {
        interfaces = List.copyOf(interfaces);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    /** Reads a result of any version that is spoken here. */
    static CniResult of(JsonValue result) throws JsonException {
        List<Interface> interfaces = new ArrayList<>();
        for (JsonValue each : result.get("interfaces").elements()) {
            interfaces.add(new Interface(
                    each.get("name").text(),
                    each.get("mac").text(""),
                    each.get("sandbox").text("")));
        }
        List<Address> addresses = new ArrayList<>();
        for (JsonValue each : result.get("ips").elements()) {
            addresses.add(new Address(IpNetwork.of(each.get("address")), gateway(each.get("gateway"))));
        }
        List<Route> routes = new ArrayList<>();
        for (JsonValue each : result.get("routes").elements()) {
            routes.add(new Route(IpNetwork.of(each.get("dst")), gateway(each.get("gw"))));
        }
        return new CniResult(interfaces, addresses, routes, dns(result.get("dns")));
    }

    private static Dns dns(JsonValue dns) throws JsonException {
        String domain = dns.get("domain").text("");
        return new Dns(
                IpNetwork.hosts(dns.get("nameservers")),
                domain.isEmpty() ? Optional.empty() : Optional.of(domain),
                dns.get("search").texts(),
                dns.get("options").texts());
    }

    private static Optional<String> gateway(JsonValue gateway) throws JsonException {
        return gateway.text("").isEmpty() ? Optional.empty() : Optional.of(IpNetwork.host(gateway));
    }
}
