package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of Mesos, each cell of it, and what else an image says. */
class TaskCommandTest {
    @ParameterizedTest
    @CsvSource({
        // shell, value, arguments; then image without anything, with Cmd, with Entrypoint, with both
        "false, '',  '',    refused,     c0 c1,       e0 e1,       e0 e1 c0 c1",
        "false, '',  a b,   refused,     c0 a b,      e0 e1 a b,   e0 e1 a b",
        "false, v,   '',    v,           v,           v,           v",
        "false, v,   z a,   z a,         z a,         z a,         z a",
        "true,  '',  '',    refused,     refused,     refused,     refused",
        "true,  '',  a b,   refused,     refused,     refused,     refused",
        "true,  v,   '',    sh -c v,     sh -c v,     sh -c v,     sh -c v",
        "true,  v,   a b,   sh -c v,     sh -c v,     sh -c v,     sh -c v"
    })
    void shouldExecuteWhatTheTableSays(
            boolean shell, String value, String arguments, String nothing, String cmd, String entrypoint, String both) {
        TaskCommand command =
                new TaskCommand(shell, value.isEmpty() ? Optional.empty() : Optional.of(value), words(arguments));

        check(command, config("", ""), nothing);
        check(command, config("", "c0 c1"), cmd);
        check(command, config("e0 e1", ""), entrypoint);
        check(command, config("e0 e1", "c0 c1"), both);
    }

    private static void check(TaskCommand command, ImageConfig image, String expected) {
        if (expected.equals("refused")) {
            assertThatThrownBy(() -> command.in(image)).isInstanceOf(ImageException.class);
            return;
        }
        TaskCommand.Invocation invocation;
        try {
            invocation = command.in(image);
        } catch (ImageException e) {
            throw new AssertionError(e);
        }
        assertThat(invocation.arguments()).isEqualTo(words(expected));
        String program = command.shell()
                ? "/bin/sh"
                : command.value().orElse(words(expected).get(0));
        assertThat(invocation.program()).isEqualTo(program);
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }

    private static ImageConfig config(String entrypoint, String cmd) {
        return new ImageConfig(
                TestImage.HERE, Map.of(), words(entrypoint), words(cmd), "", "", Map.of(), List.of(), List.of(), "");
    }

    @Test
    void shouldReadAllThatAnImageSays() throws Exception {
        ImageConfig config = parse("{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\",\"config\":{"
                + "\"Env\":[\"B=1\",\"A=x=y\",\"EMPTY=\",\"BARE\"],\"Entrypoint\":[\"/e\",\"1\"],\"Cmd\":[\"c\"],"
                + "\"WorkingDir\":\"/w\",\"User\":\"1000:50\",\"Labels\":{\"l\":\"x\"},\"Volumes\":{\"/v\":{}},"
                + "\"ExposedPorts\":{\"80/tcp\":{}},\"StopSignal\":\"SIGINT\"}}");

        assertThat(config.platform()).hasToString("linux/arm/v7");
        assertThat(config.environment().entrySet())
                .extracting(Map.Entry::toString)
                .containsExactly("B=1", "A=x=y", "EMPTY=", "BARE=");
        assertThat(config.entrypoint()).containsExactly("/e", "1");
        assertThat(config.command()).containsExactly("c");
        assertThat(config.workingDirectory()).isEqualTo("/w");
        assertThat(config.user()).isEqualTo("1000:50");
        assertThat(config.labels()).isEqualTo(Map.of("l", "x"));
        assertThat(config.volumes()).containsExactly("/v");
        assertThat(config.exposedPorts()).containsExactly("80/tcp");
        assertThat(config.stopSignal()).isEqualTo("SIGINT");
    }

    @Test
    void shouldTakeNullForAbsent() throws Exception {
        ImageConfig config = parse("{\"os\":\"linux\",\"config\":{\"Env\":null,\"Cmd\":null,\"Labels\":null}}");

        assertThat(config.command()).isEmpty();
        assertThat(config.environment()).isEmpty();
        assertThat(config.labels()).isEmpty();
    }

    @Test
    void shouldLetTheTaskDecideOverTheImage() throws Exception {
        ImageConfig config = parse("{\"config\":{\"Env\":[\"PATH=/image\",\"ONLY=image\"]}}");

        assertThat(config.environmentWith(Map.of("PATH", "/task", "MINE", "1")))
                .isEqualTo(Map.of("PATH", "/task", "ONLY", "image", "MINE", "1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"config\":{\"Env\":[\"=x\"]}} | a variable without a name",
                "{\"config\":{\"Env\":{}}} | c.config.Env is not a list",
                "{\"config\":{\"Cmd\":[1]}} | c.config.Cmd has an element that is not a text",
                "{\"config\":[]} | c.config is not a map",
                "{\"config\":{\"User\":1}} | c.config.User is not a string",
                "[] | c is not a JSON object",
                "{\"config\": | c is not JSON",
                "{} {} | goes on after",
                "{\"a\":1,\"a\":2} | Duplicate field 'a'"
            })
    void shouldSayWhatIsWrongWithAConfig(String document, String words) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(words);
    }

    @Test
    void shouldRefuseAConfigThatIsNestedTooDeep() {
        String deep = "{\"a\":".repeat(40) + "1" + "}".repeat(40);

        assertThatThrownBy(() -> parse(deep)).hasMessageContaining("nested deeper than DEPTH_MAX=32");
    }

    private static ImageConfig parse(String document) throws ImageException {
        return ImageConfig.parse(JsonObject.parse(document.getBytes(StandardCharsets.UTF_8), "c"));
    }
}
