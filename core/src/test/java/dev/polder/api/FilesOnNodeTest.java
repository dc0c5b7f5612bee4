package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a task that does not mean well, over HTTP. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class FilesOnNodeTest {
    private static TaskOnNode task;

    @BeforeAll
    static void start() {
        task = new TaskOnNode("""
                printf 'one\\ntwo \\303\\274\\n'; printf 'a\\377\\000b' > bytes
                mkdir dir; echo in > dir/file; mkfifo pipe
                ln -s /etc/passwd passwd; ln -s / root; ln -s ../../../../../../../../../raft raft
                ln -s dir own; ln -s .. up
                """);
    }

    @AfterAll
    static void stop() {
        task.close();
    }

    @Test
    void shouldShowWhatATaskHasWritten() throws IOException {
        for (String path : List.of(
                task.virtualPath(),
                task.virtualPath().replace(task.containerId(), "latest"),
                task.sandbox().toString())) {
            RawConnection.Answer answer = task.get("/files/read", path + "/stdout", "&offset=0");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("{\"data\":\"one\\ntwo ü\\n\",\"offset\":0,\"bytes\":11}");
        }
    }

    @Test
    void shouldNotCutCharactersInTwo() throws IOException {
        String path = task.virtualPath() + "/stdout";

        assertThat(task.get("/files/read", path, "&offset=4&length=5").text())
                .isEqualTo("{\"data\":\"two \",\"offset\":4,\"bytes\":4}");
        assertThat(task.get("/files/read", path, "&offset=8&length=5").text())
                .isEqualTo("{\"data\":\"ü\\n\",\"offset\":8,\"bytes\":3}");
    }

    @Test
    void shouldWriteValidJsonOfAnyBytes() throws IOException {
        assertThat(task.get("/files/read", task.virtualPath() + "/bytes", "&offset=0")
                        .text())
                .isEqualTo("{\"data\":\"a\ufffd\\u0000b\",\"offset\":0,\"bytes\":4}");
    }

    @Test
    void shouldListTheSandboxByThePathThatWasAskedFor() throws IOException {
        RawConnection.Answer answer = task.get("/files/browse", task.virtualPath() + "/dir/", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().headers()).doesNotContainKey("polder-truncated");
        assertThat(JsonShape.values(answer.text().getBytes(UTF_8)))
                .contains(
                        entry("[].path", task.virtualPath() + "/dir/file"),
                        entry("[].size", "3"),
                        entry("[].nlink", "1"));
    }

    @Test
    void shouldNotWaitForAPipe() throws IOException {
        assertThat(task.get("/files/read", task.virtualPath() + "/pipe", "&offset=0")
                        .status())
                .isEqualTo(400);
        assertThat(task.get("/files/browse", task.virtualPath() + "/pipe", "").text())
                .isEqualTo("[]");
        assertThat(task.get("/files/browse", task.virtualPath() + "/pipe/below", "")
                        .status())
                .isEqualTo(404);
        assertThat(task.get("/files/browse", task.virtualPath(), "").text()).contains("\"mode\":\"prw-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/passwd", "/root/etc/passwd", "/raft", "/own/file", "/up", "/..", "/dir/../../.."})
    void shouldRefuseWhatLeadsElsewhere(String below) throws IOException {
        for (String endpoint : List.of("/files/read", "/files/browse")) {
            RawConnection.Answer answer = task.get(endpoint, task.virtualPath() + below, "&offset=0");

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("inaccessible");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "%2fetc%2fpasswd",
                "RUN/%2e%2e/%2e%2e",
                "RUN%2f..%2f..%2f..",
                "RUN/%252e%252e/",
                "RUN/..%255c..",
                "RUN/%c0%ae%c0%ae/stdout",
                "RUN/stdout%00",
                "RUN%00/stdout",
                "DATA/raft",
                "DATA/agent",
                "DATA/identity",
                "DATA/sandboxes"
            })
    void shouldRefuseHoweverItIsEncoded(String path) throws IOException {
        String data = task.sandboxes().getParent().toString();
        String encoded = path.replace("RUN", task.virtualPath()).replace("DATA", data);
        for (String endpoint : List.of("/files/read", "/files/browse")) {
            try (RawConnection connection = new RawConnection(task.agent())) {
                connection.request("GET " + endpoint + "?offset=0&path=" + encoded, List.of(), new byte[0]);

                assertThat(connection.answer().status()).isIn(400, 404);
            }
        }
    }

    @Test
    void shouldFollowAFileThatGrows() throws IOException {
        String path = task.virtualPath() + "/grows";
        assertThat(task.get("/files/read", path, "&offset=0").status()).isEqualTo(404);

        Files.writeString(task.sandbox().resolve("grows"), "x".repeat(70_000));

        assertThat(task.get("/files/read", path, "").text()).isEqualTo("{\"data\":\"\",\"offset\":70000,\"bytes\":0}");
        assertThat(task.get("/files/read", path, "&offset=0&length=100000").text())
                .endsWith("\"offset\":0,\"bytes\":65536}");
    }

    @Test
    void shouldAnswerWhateverTheMethod() throws IOException {
        for (String method : FixedReads.METHODS) {
            try (RawConnection connection = new RawConnection(task.agent())) {
                connection.request(
                        method + " /files/browse?path=" + task.virtualPath() + "/dir", List.of(), new byte[0]);

                assertThat(connection.answer().status()).isEqualTo(200);
            }
        }
    }
}
