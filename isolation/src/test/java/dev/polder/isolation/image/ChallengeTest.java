package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.image.RegistryCredentials.Login;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChallengeTest {
    @Test
    void shouldReadQuotedAndPlainParameters() {
        Challenge challenge = Challenge.parse(
                "Bearer realm=\"https://h/t?a=b\", Service=plain,scope=\"repository:a/b:pull,push\",x=\"say \\\"hi\\\"\"");

        assertThat(challenge)
                .isEqualTo(new Challenge(
                        "bearer",
                        Map.of(
                                "realm", "https://h/t?a=b",
                                "service", "plain",
                                "scope", "repository:a/b:pull,push",
                                "x", "say \"hi\"")));
        assertThat(Challenge.parse("BASIC")).isEqualTo(new Challenge("basic", Map.of()));
        assertThat(challenge.parameter("absent")).isEmpty();
    }

    @Property
    void shouldTakeAnyHeaderWithoutFailing(@ForAll String header) {
        Challenge challenge = Challenge.parse(header);

        assertThat(challenge == null || challenge.parameters().size() < 1000).isTrue();
    }

    @Test
    void shouldNotThinkLongAboutALongHeader() {
        assertThat(Challenge.parse("Bearer " + "a=\"".repeat(100_000))).isNull();
        assertThat(Challenge.parse("Bearer a=\"" + "\\\\".repeat(4_000))).isEqualTo(new Challenge("bearer", Map.of()));
    }

    @Test
    void shouldReadLoginsOfDocker() throws Exception {
        String auth = Base64.getEncoder().encodeToString("me:pass:word".getBytes(StandardCharsets.UTF_8));
        RegistryCredentials credentials = read("{\"auths\":{\"h:5000\":{\"auth\":\"" + auth + "\"},\"https://index."
                + ImageReference.REGISTRY_DEFAULT + "/v1/\":{\"username\":\"you\",\"password\":\"p\"},\"empty\":{}},"
                + "\"credsStore\":\"desktop\"}");

        assertThat(credentials.login("h:5000")).contains(new Login("me", "pass:word"));
        assertThat(credentials.login(ImageReference.REGISTRY_DEFAULT)).contains(new Login("you", "p"));
        assertThat(credentials.login("empty")).isEmpty();
        assertThat(credentials.login("other")).isEmpty();
        assertThat(new Login("me", "secret").toString()).doesNotContain("secret");
    }

    @Test
    void shouldNotTellASecretInAnError() {
        assertThatThrownBy(() -> read("{\"auths\":{\"h\":{\"auth\":\"se!cret\"}}}"))
                .hasMessage("config.json has an 'auth' that is not base64")
                .hasNoCause();
    }

    private static RegistryCredentials read(String json) throws ImageException {
        return RegistryCredentials.ofDockerConfig(json.getBytes(StandardCharsets.UTF_8), "config.json");
    }
}
