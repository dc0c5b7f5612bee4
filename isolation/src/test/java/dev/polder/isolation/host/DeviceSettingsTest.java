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
        DeviceSettings settings = new DeviceSettings(List.of(FUSE));

        assertThat(DeviceSettings.parse(text)).isEqualTo(settings);
        assertThat(settings).hasToString(text);
        assertThat(DeviceSettings.parse(
                        "{ \"allowed_devices\": [{\"device\": {\"path\": \"/d\"}, \"access\": {\"mknod\": true}}]}"))
                .isEqualTo(new DeviceSettings(List.of(new DeviceAccess(Path.of("/d"), "m"))));
        assertThat(DeviceSettings.parse("")).isEqualTo(DeviceSettings.NONE).hasToString("");
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
        assertThatThrownBy(() -> new DeviceSettings(Collections.nCopies(501, FUSE)))
                .hasMessage("too many devices: 501 > allowedMax=500");
    }
}
