package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldExplainAMistakeInTwoLinesAndEndWithTwo() {
        assertThat(run("run", "--instances", "many", "--", "true")).isEqualTo(2);

        assertThat(err.toString().lines())
                .containsExactly(
                        "Invalid value for option '--instances': 'many' is not an int", "Try 'polder.jar run --help'.");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldRefuseWhatNoCommandKnows() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fly")).isEqualTo(2);
        assertThat(run("node", "--data", "d", "--port", "1")).isEqualTo(2);
        assertThat(run("run")).isEqualTo(2);
        assertThat(run("demo", "a", "b")).isEqualTo(2);

        assertThat(err.toString())
                .contains("Missing command: run, node, demo, members or log")
                .contains("Unmatched argument at index 0: 'fly'")
                .contains("Unknown option: '--port'\n")
                .contains("Missing required parameter: 'COMMAND'")
                .contains("Unmatched argument at index 2: 'b'");
    }

    @Test
    void shouldNameTheOptionThatWasMeant() {
        assertThat(run("node", "--data", "d", "--master-prt=1")).isEqualTo(2);
        assertThat(run("nod")).isEqualTo(2);

        assertThat(err.toString().lines())
                .containsExactly(
                        "Unknown option: '--master-prt=1'",
                        "Possible solutions: --master-port",
                        "Unmatched argument at index 0: 'nod'",
                        "Did you mean: polder.jar node?");
    }

    @Test
    void shouldRefuseWhatCannotBeACluster() {
        assertThat(run("node", "--seeds", "10.0.0.1:5052,10.0.0.2:5052")).isEqualTo(2);
        assertThat(run("node", "--seeds", "127.0.0.1:5052,10.0.0.2")).isEqualTo(2);
        assertThat(run("node", "--seeds", "127.0.0.1:5052", "--raft-port", "0")).isEqualTo(2);
        assertThat(run("node", "--roles", "boss")).isEqualTo(2);
        assertThat(run("node", "--roles", "agent")).isEqualTo(2);
        assertThat(run("node", "--set", "agent-timout=2s")).isEqualTo(2);
        assertThat(run("node", "--set", "polder.offer-timout=2s")).isEqualTo(2);
        assertThat(run("node", "--resources", "cpus:x")).isEqualTo(2);
        assertThat(run("node", "--attributes", "rack")).isEqualTo(2);

        assertThat(err.toString())
                .contains("seeds [10.0.0.1:5052, 10.0.0.2:5052]: none is this node, which is 127.0.0.1:5052")
                .contains("seed '10.0.0.2': ")
                .contains("raftPort 0: with seeds it must be the one that the others know")
                .contains("boss")
                .contains("seeds: a node that is only an agent needs those of its cluster")
                .contains("did you mean polder.agent-timeout?")
                .contains("polder.offer-timout: no such setting; did you mean polder.offer-timeout?")
                .contains("resources 'cpus:x': resource cpus is 'x'; it must be a number\n")
                .contains("attributes 'rack': ")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldRefuseASettingThatAnOptionWouldOverrule() {
        assertThat(run("node", "--set", "seeds=127.0.0.1:1,127.0.0.1:2")).isEqualTo(2);
        assertThat(run("node", "--set", "polder.bind=127.0.0.1")).isEqualTo(2);

        assertThat(err.toString())
                .contains("--set seeds: has an option of its own, --seeds")
                .contains("--set polder.bind: has an option of its own, --bind");
    }

    @Test
    void shouldRefuseMastersThatAreNoAddresses() {
        assertThat(run("run", "--connect", "http://host:5050/", "--", "true")).isEqualTo(2);

        assertThat(err.toString()).contains("'http://host:5050/' in the masters 'http://host:5050/' is no host:port");
    }

    @Test
    void shouldRefuseAmountsThatCannotBe() {
        assertThat(run("run", "--cpus", "0.00001", "--", "true")).isEqualTo(2);
        assertThat(run("run", "--mem", "-1", "--", "true")).isEqualTo(2);
        assertThat(run("run", "--cpus", "0", "--mem", "0", "--", "true")).isEqualTo(2);
        assertThat(run("run", "--instances", "0", "--", "true")).isEqualTo(2);
        assertThat(run("run", "--", "")).isEqualTo(2);

        assertThat(err.toString())
                .contains("cpus is 1.0E-5, amounts have at most three digits")
                .contains("mem is -1.0, it must not be negative")
                .contains("task run-1 asks for no resources")
                .contains("Invalid value for option '--instances': 0, allowed is 1 to 1000")
                .contains("a command is empty");
    }

    @Test
    void shouldSayWhatADirectoryIsNot() {
        assertThat(run("demo", "/no/such/directory")).isEqualTo(1);

        assertThat(err.toString().lines()).containsExactly("polder: '/no/such/directory' is no directory");
    }

    @Test
    void shouldShowWhereErrorsComeFromWhenAsked() {
        assertThat(run("demo", "--verbose", "/no/such/directory")).isEqualTo(1);

        assertThat(err.toString()).contains("java.io.IOException: '/no/such/directory' is no directory\n\tat ");
    }

    @Test
    void shouldHelp() {
        assertThat(run("--help")).isZero();
        assertThat(run("run", "--help")).isZero();
        assertThat(run("node", "--help")).isZero();
        assertThat(run("demo", "--help")).isZero();
        assertThat(run("--version")).isZero();

        assertThat(out.toString())
                .contains("Usage: polder.jar [-hV] [--verbose] COMMAND")
                .contains("--instances=N")
                .contains("(default: 0.1)")
                .contains("--master-port=PORT")
                .contains("(default: 5050)")
                .contains("--trust-network")
                .contains("the current directory")
                .contains("files with zero bytes are no text; without any text\nfile,")
                .contains("Polder ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldShowAllSettingsOfANodeAndStartNone() {
        assertThat(run("node", "--settings", "--raft-port", "7001", "--set", "agent-timeout=9s"))
                .isZero();

        assertThat(out.toString().lines())
                .contains("polder.raft-port=7001", "polder.agent-timeout=9s", "polder.join=false", "polder.raft-key=");
    }

    private int run(String... args) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
