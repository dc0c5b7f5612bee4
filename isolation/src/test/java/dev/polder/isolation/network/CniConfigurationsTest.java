package dev.polder.isolation.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniConfigurationsTest {
    @TempDir
    Path directory;

    @Test
    void shouldReadBothKindsOfFilesInTheOrderOfTheirNames() throws Exception {
        write("20-b.conf", "{'cniVersion':'0.4.0','name':'one','type':'bridge','mtu':1500}");
        write(
                "10-a.conflist",
                "{'cniVersion':'1.0.0','name':'two','plugins':[{'type':'bridge'},{'type':'portmap',"
                        + "'capabilities':{'portMappings':true,'bandwidth':false}}]}");
        write("README", "not of ours");

        assertThat(networks().names()).containsExactly("two", "one");
        assertThat(networks().mistakes()).isEmpty();
        CniConfiguration two = configurations().get("two");
        assertThat(two.plugins()).extracting(CniPlugin::type).containsExactly("bridge", "portmap");
        assertThat(two.plugins().get(1).capabilities()).containsExactly("portMappings");
        assertThat(two.versions()).containsExactly(CniVersion.V1_0_0);
        assertThat(configurations().get("one").plugins().get(0).members()).containsKey("mtu");
    }

    @Test
    void shouldSeeChangesWithoutARestart() throws Exception {
        CniConfigurations configurations = new CniConfigurations(directory.resolve("later"));
        assertThat(configurations.networks().names()).isEmpty();

        Files.createDirectory(directory.resolve("later"));
        write("later/a.conf", "{'cniVersion':'1.0.0','name':'one','type':'bridge'}");
        assertThat(configurations.get("one").plugins().get(0).type()).isEqualTo("bridge");

        write("later/a.conf", "{'cniVersion':'1.0.0','name':'one','type':'macvlan'}");
        assertThat(configurations.get("one").plugins().get(0).type()).isEqualTo("macvlan");

        Files.delete(directory.resolve("later/a.conf"));
        assertThatThrownBy(() -> configurations.get("one"))
                .hasMessage("there is no network 'one' in " + directory.resolve("later") + ", which has []");
    }

    @Test
    void shouldMakeTheSameAgainFromItsDocument() throws Exception {
        write("a.conf", "{'cniVersion':'0.4.0','name':'one','type':'bridge','rate':1.5,'deep':{'list':[1,true]}}");
        CniConfiguration read = configurations().get("one");

        CniConfiguration again = CniConfiguration.ofList(JsonValue.parse(JsonText.write(read.document()), "noted"));

        assertThat(again).isEqualTo(read);
    }

    @Test
    void shouldTakeTheVersionsOfBothKeysThatAreSpokenHere() throws Exception {
        write("a.conf", "{'cniVersion':'0.4.0','cniVersions':['1.1.0','2.0.0','0.1.0'],'name':'one','type':'bridge'}");
        write("b.conf", "{'name':'any','type':'bridge'}");

        assertThat(configurations().get("one").versions()).containsExactly(CniVersion.V0_4_0, CniVersion.V1_1_0);
        assertThat(configurations().get("any").versions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            x.conf     | {'cniVersion':'1.0.0','type':'t'} | x.conf.name is missing
            x.conf     | {'cniVersion':'1.0.0','name':'n'} | x.conf.type is missing
            x.conf     | {'cniVersion':'1.0.0','name':'n','type':'../../bin/sh'} | x.conf.type is '../../bin/sh'; it must be of letters, digits
            x.conf     | {'cniVersion':'1.0.0','name':'a/b','type':'t'} | x.conf.name is 'a/b'; it must be of letters
            x.conf     | {'cniVersion':'0.2.0','name':'n','type':'t'} | x.conf.cniVersion=0.2.0; at least one of [0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0] must be there
            x.conf     | {'cniVersion':1,'name':'n','type':'t'} | x.conf.cniVersion is not a text
            x.conf     | {'cniVersion':'1.0.0','name':'n','plugins':[]} | x.conf.plugins is there; a list of plug-ins must be in a .conflist
            x.conflist | {'cniVersion':'1.0.0','name':'n','plugins':[]} | x.conflist.plugins has 0 elements; it must have 1 to PLUGINS_MAX=32
            x.conflist | {'cniVersion':'1.0.0','name':'n','plugins':[{'type':'a'},{}]} | x.conflist.plugins[1].type is missing
            x.conflist | {'cniVersion':'1.0.0','name':'n','plugins':[{'type':'a','capabilities':{'x':'y'}}]} | x.conflist.plugins[0].capabilities.x is not true or false
            x.conf     | {'name':'n' | x.conf is not JSON
            """)
    void shouldSayWhichKeyOfWhichFileBreaksWhichRule(String file, String content, String rule) throws Exception {
        write(file, content);
        write("sound.conf", "{'cniVersion':'1.0.0','name':'sound','type':'bridge'}");

        assertThat(networks().names()).containsExactly("sound");
        assertThat(networks().mistakes()).hasSize(1);
        assertThat(networks().mistakes().get(0)).contains(directory + "/" + rule);
        assertThatThrownBy(() -> configurations().get("n")).hasMessageContaining(rule);
    }

    @Test
    void shouldRefuseANameThatStandsInTwoFiles() throws Exception {
        write("a.conf", "{'cniVersion':'1.0.0','name':'one','type':'bridge'}");
        write("b.conf", "{'cniVersion':'1.0.0','name':'one','type':'macvlan'}");
        write("c.conf", "{'cniVersion':'1.0.0','name':'other','type':'macvlan'}");

        assertThat(networks().names()).isEqualTo(Set.of("other"));
        assertThat(networks().mistakes())
                .isEqualTo(List.of(directory.resolve("b.conf") + ".name is 'one', which is the name in "
                        + directory.resolve("a.conf") + ", too; a name must stand in one file"));
    }

    @Test
    void shouldNotReadWhatIsTooLargeOrNoFile() throws Exception {
        Files.write(directory.resolve("a.conf"), new byte[(1 << 20) + 1]);
        Files.createDirectory(directory.resolve("b.conf"));

        assertThat(networks().mistakes())
                .containsExactly(
                        directory.resolve("a.conf") + " has more than FILE_BYTES_MAX=1048576 bytes",
                        directory.resolve("b.conf") + " must be a regular file");
    }

    private CniConfigurations configurations() {
        return new CniConfigurations(directory);
    }

    private CniConfigurations.Networks networks() throws IOException {
        return configurations().networks();
    }

    private void write(String name, String content) throws IOException {
        Files.write(directory.resolve(name), content.replace('\'', '"').getBytes(UTF_8));
    }
}
