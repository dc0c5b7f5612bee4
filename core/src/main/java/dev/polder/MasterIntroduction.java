package dev.polder;

import dev.polder.api.Api;
import dev.polder.wire.proto.Mesos;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a master introduces itself to the cluster. */
final class MasterIntroduction {
    private MasterIntroduction() {}

    /** Returns it without an id, which is new at each election. */
    static Mesos.MasterInfo of(String host, int port) throws UnknownHostException {
        String ip = ipOf(host);
        return Mesos.MasterInfo.newBuilder()
                .setId("")
                .setIp(mesosNumberOf(ip))
                .setPort(port)
                .setPid("master@" + ip + ":" + port)
                .setHostname(host)
                .setVersion(Api.MESOS_VERSION)
                .setAddress(
                        Mesos.Address.newBuilder().setHostname(host).setIp(ip).setPort(port))
                .addCapabilities(
                        Mesos.MasterInfo.Capability.newBuilder().setType(Mesos.MasterInfo.Capability.Type.AGENT_UPDATE))
                .build();
    }

    static String ipOf(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host)[0].getHostAddress();
    }

    /** Mesos writes an IPv4 address as the number that its four bytes make in little-endian order. */
    private static int mesosNumberOf(String ip) throws UnknownHostException {
        InetAddress address = InetAddress.getAllByName(ip)[0];
        return address instanceof Inet4Address
                ? ByteBuffer.wrap(address.getAddress())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt()
                : 0;
    }
}
