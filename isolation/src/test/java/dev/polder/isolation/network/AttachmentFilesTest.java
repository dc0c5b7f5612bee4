package dev.polder.isolation.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonValue;
import dev.polder.isolation.network.Attachment.AttachmentId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes on disk. */
class AttachmentFilesTest {
    private static final AttachmentId ID = new AttachmentId(new ContainerId(new UUID(1, 2)), "eth0");
    private static final String FILE = "00000000-0000-0001-0000-000000000002.eth0";
    private static final String GOLDEN = """
            polder-attachment 1 196 370fd0fe
            {"namespace":"/ns/1","cniVersion":"1.0.0","configuration":{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"t"}]},"runtimeConfig":{},"networkInfo":{"name":"n"},"result":{"ips":[]},"whole":true}""";

    @TempDir
    Path directory;

    AttachmentFiles files;

    @BeforeEach
    void open() throws IOException {
        files = new AttachmentFiles(
                Files.createDirectory(directory.resolve("attachments")),
                Files.createDirectory(directory.resolve("tmp")));
    }

    @Test
    void shouldWriteWhatItHasAlwaysWritten() throws Exception {
        files.save(attachment());

        assertThat(file()).hasContent(GOLDEN);
        assertThat(files.load(ID)).isEqualTo(attachment());
        assertThat(files.list()).containsExactly(ID);
        assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void shouldSeeEveryDamagedByte() throws Exception {
        byte[] golden = GOLDEN.getBytes(UTF_8);
        for (int i = 0; i < golden.length; i++) {
            byte[] damaged = golden.clone();
            damaged[i] ^= 4;
            Files.write(file(), damaged);
            assertThatThrownBy(() -> files.load(ID))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file().toString());
        }
    }

    @Test
    void shouldSeeEveryTruncation() throws Exception {
        byte[] golden = GOLDEN.getBytes(UTF_8);
        for (int length = 0; length < golden.length; length++) {
            Files.write(file(), Arrays.copyOf(golden, length));
            assertThatThrownBy(() -> files.load(ID)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldRefuseAnotherVersion() throws Exception {
        Files.writeString(file(), GOLDEN.replace("polder-attachment 1", "polder-attachment 2"));

        assertThatThrownBy(() -> files.load(ID))
                .hasMessage(file() + " begins with 'polder-attachment 2 196 370fd0fe'; this Polder reads"
                        + " 'polder-attachment 1'");
    }

    @Test
    void shouldRefuseForeignFiles() throws Exception {
        Files.createFile(directory.resolve("attachments/notes"));

        assertThatThrownBy(() -> files.list())
                .hasMessage(directory.resolve("attachments/notes") + " is not the name of an attachment");
    }

    private Path file() {
        return directory.resolve("attachments").resolve(FILE);
    }

    private static Attachment attachment() throws IOException {
        String network = "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"t\"}]}";
        return new Attachment(
                ID,
                "/ns/1",
                CniVersion.V1_0_0,
                CniConfiguration.ofList(JsonValue.parse(network.getBytes(UTF_8), "n")),
                Map.of(),
                Map.of("name", "n"),
                JsonValue.parse("{\"ips\":[]}".getBytes(UTF_8), "r").object(),
                true);
    }
}
