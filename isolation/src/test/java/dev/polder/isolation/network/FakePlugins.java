package dev.polder.isolation.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plug-ins that are shell scripts, which write down how they are called. */
final class FakePlugins {
    static final String ALL_VERSIONS = "'0.3.0','0.3.1','0.4.0','1.0.0','1.1.0'";
    static final String RESULT = "{'cniVersion':'1.0.0','interfaces':[{'name':'eth0','sandbox':'/ns'}],"
            + "'ips':[{'address':'198.18.0.2/24','gateway':'198.18.0.1','interface':0}],"
            + "'routes':[{'dst':'0.0.0.0/0'}],'dns':{'nameservers':['198.18.0.53'],'search':['example.org']}}";

    final ContainerId container = new ContainerId(UUID.randomUUID());
    final CniSettings settings;
    private final Path base;
    private final Path programs;

    FakePlugins(Path base) throws IOException {
        this.base = base;
        this.programs = Files.createDirectory(base.resolve("bin"));
        this.settings = CniSettings.of(
                Files.createDirectory(base.resolve("networks")), List.of(programs), base.resolve("state"));
    }

    static String answer(String json) {
        return "printf '%s' '" + json.replace('\'', '"') + "'\n";
    }

    /** Makes a plug-in that speaks these versions and else does what the script says. */
    void plugin(String type, String versions, String script) throws IOException {
        Path program = programs.resolve(type);
        Files.writeString(
                program,
                "#!/bin/sh\n"
                        + "said=" + base + "/$CNI_COMMAND." + type + "\n"
                        + "cat >$said\n"
                        + "echo $CNI_COMMAND " + type + " >>" + base + "/calls\n"
                        + "env | grep '^CNI_' | sort >$said.env\n"
                        + "[ $CNI_COMMAND = VERSION ] && {\n"
                        + answer("{'cniVersion':'1.0.0','supportedVersions':[" + versions + "]}") + "exit 0\n}\n"
                        + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    void plugin(String type, String script) throws IOException {
        plugin(type, ALL_VERSIONS, script);
    }

    /** Makes plug-ins that succeed. */
    void plugins(String... types) throws IOException {
        for (String type : types) {
            plugin(type, "[ $CNI_COMMAND = ADD ] && " + answer(RESULT) + "exit 0\n");
        }
    }

    /** Sets a network up with these plug-ins. */
    void network(String name, String version, String... types) throws IOException {
        String plugins = Stream.of(types)
                .map(type -> "{'type':'" + type + "','capabilities':{'portMappings':true},'args':{'own':1}}")
                .collect(Collectors.joining(","));
        network(name, "'cniVersion':'" + version + "','plugins':[" + plugins + "]");
    }

    void network(String name, String members) throws IOException {
        String document = "{'name':'" + name + "'," + members + "}";
        Files.write(
                settings.configurationDirectory().resolve(name + ".conflist"),
                document.replace('\'', '"').getBytes(UTF_8));
    }

    NetworkRequest request(String network) {
        return NetworkRequest.of(container, network, "eth0", base.resolve("no-namespace"));
    }

    /** Returns the calls since the last time, without VERSION. */
    List<String> calls() throws IOException {
        Path file = base.resolve("calls");
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> calls = Files.readAllLines(file);
        Files.delete(file);
        return calls.stream().filter(call -> !call.startsWith("VERSION")).toList();
    }

    /** Returns what a plug-in was told at its last call. */
    JsonValue told(String command, String type) throws IOException {
        return JsonValue.parse(Files.readAllBytes(base.resolve(command + "." + type)), "told");
    }

    List<String> environment(String command, String type) throws IOException {
        return Files.readAllLines(base.resolve(command + "." + type + ".env"));
    }
}
