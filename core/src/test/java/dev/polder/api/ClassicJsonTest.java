package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.wire.DecodeException;
import dev.polder.wire.JsonCodec;
import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.Value;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassicJsonTest {
    private final ClassicJson classic = new ClassicJson();
    private final JsonCodec codec = new JsonCodec();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'container_id':{'value':'c'}}",
                "{'container_id':{'value':'c','parent':{'value':'p'}}}",
                "{'container_id':{'value':'c'},'executor_pid':4294967295}",
                "{'network_infos':[{'ip_addresses':[{'protocol':'IPv6','ip_address':'::1'},{'ip_address':'10.0.0.1'}]}]}",
                "{'network_infos':[{}]}",
                "{'network_infos':[{'name':'n','groups':['g'],'ip_addresses':[{'ip_address':'10.0.0.1'}]}]}",
                "{'network_infos':[{'port_mappings':[{'host_port':1,'container_port':2}],'ip_addresses':[{}]}]}",
                "{'network_infos':[{'labels':{'labels':[{'key':'k'}]},'ip_addresses':[{}]}]}",
                "{'cgroup_info':{'net_cls':{'classid':7}}}"
            })
    void shouldWriteAContainersStatusAsTheCodecDoes(String json) throws DecodeException {
        ContainerStatus status =
                codec.decode(json.replace('\'', '"').getBytes(UTF_8), ContainerStatus.getDefaultInstance());

        byte[] written = classic.object(out -> classic.containerStatus(out, status));

        assertThat(new String(written, UTF_8))
                .isEqualTo("{\"container_status\":" + new String(codec.encode(status), UTF_8) + "}");
    }

    @Test
    void shouldShowReservationsByTheirLastRole() {
        List<Resource> resources = List.of(
                scalar("cpus", 1).build(),
                scalar("cpus", 2).setRole("old").build(),
                scalar("mem", 3)
                        .addReservations(Resource.ReservationInfo.newBuilder().setRole("eng"))
                        .addReservations(Resource.ReservationInfo.newBuilder().setRole("eng/dev"))
                        .build());

        byte[] written = classic.object(out -> ClassicJson.reservations(out, resources));

        assertThat(new String(written, UTF_8))
                .isEqualTo("{\"reserved_resources\":{"
                        + "\"eng/dev\":{\"disk\":0.0,\"mem\":3.0,\"gpus\":0.0,\"cpus\":0.0},"
                        + "\"old\":{\"disk\":0.0,\"mem\":0.0,\"gpus\":0.0,\"cpus\":2.0}},"
                        + "\"unreserved_resources\":{\"disk\":0.0,\"mem\":0.0,\"gpus\":0.0,\"cpus\":1.0}}");
    }

    private static Resource.Builder scalar(String name, double value) {
        return Resource.newBuilder()
                .setName(name)
                .setType(Value.Type.SCALAR)
                .setScalar(Value.Scalar.newBuilder().setValue(value));
    }
}
