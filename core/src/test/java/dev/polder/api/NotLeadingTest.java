package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class NotLeadingTest {
    private static final byte[] REVIVE = "{\"type\":\"REVIVE\",\"framework_id\":{\"value\":\"f\"}}".getBytes(UTF_8);
    private static final List<String> UPGRADE = List.of("Connection: Upgrade", "Upgrade: polder-agent/1");

    private final ApiServer server;

    NotLeadingTest() throws IOException {
        server = new ApiServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "POST /api/v1/scheduler,        //leader.example:5050/api/v1/scheduler",
        "POST /master/api/v1/scheduler, //leader.example:5050/master/api/v1/scheduler",
        "GET /polder/v1/agent,          //leader.example:5050/polder/v1/agent",
        "GET /state,                    //leader.example:5050/state",
        "GET /master/state?jsonp=f,     //leader.example:5050/master/state?jsonp=f",
        "GET /redirect,                 //leader.example:5050",
        "GET /master/redirect,          //leader.example:5050"
    })
    void shouldSendTheClientToTheLeader(String request, String location) throws IOException {
        server.master.follow("leader.example", 5050);

        RawConnection.Answer answer = ask(request);

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.head().header("Location")).isEqualTo(location);
        assertThat(answer.text()).isEmpty();
        assertThat(server.master.commands).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /api/v1/scheduler",
                "GET /polder/v1/agent",
                "GET /state",
                "GET /redirect",
                "GET /master/state"
            })
    void shouldAskToComeAgainWhenThereIsNoLeader(String request) throws IOException {
        server.master.leads = false;
        server.master.leader = Optional.empty();

        RawConnection.Answer answer = ask(request);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head().header("Retry-After")).isEqualTo("1");
        assertThat(answer.text()).contains("no leader");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /api/v1/scheduler", "GET /polder/v1/agent", "GET /state"})
    void shouldAskToComeAgainWhenItLeadsButDoesNotServeYet(String request) throws IOException {
        server.master.leads = false;

        RawConnection.Answer answer = ask(request);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head().header("Retry-After")).isEqualTo("1");
    }

    @Test
    void shouldRedirectToItselfWhenItLeads() throws IOException {
        RawConnection.Answer answer = server.get("/redirect");

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.head().header("Location")).isEqualTo("//localhost:5050");
    }

    @Test
    void shouldNotRedirectInCircles() throws IOException {
        assertThat(server.get("/redirect/redirect").status()).isEqualTo(404);
    }

    @Test
    void shouldPutAnIpV6AddressInBrackets() throws IOException {
        server.master.follow("fd00::1", 5050);

        assertThat(server.get("/redirect").head().header("Location")).isEqualTo("//[fd00::1]:5050");
    }

    @Test
    void shouldAskToComeAgainWhenTheInboxIsFull() throws IOException {
        server.master.full = true;

        RawConnection.Answer call = ask("POST /api/v1/scheduler");
        RawConnection.Answer subscribe = server.ask(
                "POST /api/v1/scheduler",
                ApiServer.JSON,
                "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\"}}}"
                        .getBytes(UTF_8));

        assertThat(List.of(call.status(), subscribe.status())).containsOnly(503);
        assertThat(call.head().header("Retry-After")).isEqualTo("1");
        assertThat(subscribe.head().header("Retry-After")).isEqualTo("1");
        assertThat(server.metrics.snapshot())
                .containsEntry("polder/api/calls_refused", 2.0)
                .containsEntry("polder/api/scheduler_streams", 0.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/version", "/flags", "/metrics/snapshot"})
    void shouldAnswerForItselfWhoeverLeads(String path) throws IOException {
        server.master.follow("leader.example", 5050);

        assertThat(server.get(path).status()).isEqualTo(200);
    }

    private RawConnection.Answer ask(String request) throws IOException {
        if (request.startsWith("POST")) {
            return server.ask(request, ApiServer.JSON, REVIVE);
        }
        return server.ask(request, request.contains("agent") ? UPGRADE : List.of(), new byte[0]);
    }
}
