package dev.polder.isolation.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceSettingsTest {
    private static final DeviceAccess FUSE = new DeviceAccess(Path.of("/dev/fuse"), "rw");

    @Test
    void shouldReadAndWriteTheFormOfMesos() {
        String text = "{\"allowed_devices\":[{\"device\":{\"path\":\"/dev/fuse\"},"
                + "\"access\":{\"read\":true,\"write\":true,\"mknod\":false}}]}";
        DeviceSettings settings = new DeviceSettings(List.of(FUSE), List.of());

        assertThat(DeviceSettings.parse(text)).isEqualTo(settings);
        assertThat(settings.allowedText()).isEqualTo(text);
        assertThat(DeviceSettings.parse(
                        "{ \"allowed_devices\": [{\"device\": {\"path\": \"/d\"}, \"access\": {\"mknod\": true}}]}"))
                .isEqualTo(new DeviceSettings(List.of(new DeviceAccess(Path.of("/d"), "m")), List.of()));
        assertThat(DeviceSettings.parse("")).isEqualTo(DeviceSettings.NONE);
        assertThat(DeviceSettings.NONE.allowedText()).isEmpty();
    }

    @Test
    void shouldReadWhichGraphicsProcessorsThereAre() {
        DeviceSettings fuse = new DeviceSettings(List.of(FUSE), List.of());

        assertThat(fuse.withGpus("0, 7")).isEqualTo(new DeviceSettings(List.of(FUSE), List.of(0, 7)));
        assertThat(fuse.withGpus("0,7").withGpus("")).isEqualTo(fuse);
        assertThatThrownBy(() -> fuse.withGpus("1,-1")).hasMessage("'-1' is no index; 0,1 are two");
        assertThatThrownBy(() -> fuse.withGpus("1,1")).hasMessage("gpus [1, 1] must be indexes from 0 on, each once");
        assertThatThrownBy(() -> new DeviceSettings(List.of(), Collections.nCopies(257, 1)))
                .hasMessage("too many gpus: 257 > gpusMax=256");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatThrownBy(() -> DeviceSettings.parse("/dev/fuse")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeviceSettings.parse("{\"allowed_devices\":[{\"access\":{\"read\":true}}]}"))
                .hasMessage("devices.allowed_devices[0].device.path is missing");
        assertThatThrownBy(() -> DeviceSettings.parse(
                        "{\"allowed_devices\":[{\"device\":{\"path\":\"/dev/fuse\"},\"access\":{\"read\":false}}]}"))
                .hasMessage("device '/dev/fuse' is allowed none of read, write and mknod");
        assertThatThrownBy(() -> new DeviceAccess(Path.of("dev/fuse"), "r"))
                .hasMessage("device 'dev/fuse' must be an absolute path");
        assertThatThrownBy(() -> new DeviceAccess(Path.of("/dev/fuse"), "x"))
                .hasMessage("access 'x' is not of r, w and m, in this order");
        assertThatThrownBy(() -> new DeviceSettings(Collections.nCopies(501, FUSE), List.of()))
                .hasMessage("too many devices: 501 > allowedMax=500");
    }
}
