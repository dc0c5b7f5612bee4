package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterPort;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MembersApiTest {
    private final ApiServer server;

    MembersApiTest() throws IOException {
        server = new ApiServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawConnection.Answer post(String query) throws IOException {
        return server.ask("POST /polder/v1/members" + query, List.of(), new byte[0]);
    }

    @Test
    void shouldShowTheMastersWhoeverLeads() throws IOException {
        server.master.follow("m2", 5050);

        RawConnection.Answer answer = server.get("/polder/v1/members");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo("{\"members\":[\"m1:1\",\"m2:1\"],\"leader\":\"m2:1\",\"refusals\":[],\"unreached\":[]}");

        server.master.leader = Optional.empty();
        assertThat(server.get("/polder/v1/members").text()).doesNotContain("leader");
    }

    @Test
    void shouldShowWhomTheMasterDoesNotTalkTo() throws IOException {
        server.master.refusals = List.of(new LogStatus.Refusal("m3:1", "another secret, or \"none\""));

        assertThat(server.get("/polder/v1/members").text())
                .contains("\"refusals\":[{\"member\":\"m3:1\",\"reason\":\"another secret, or \\\"none\\\"\"}],");
    }

    @Test
    void shouldShowWhomTheMasterDoesNotReach() throws IOException {
        server.master.unreached = List.of(new LogStatus.Unreached("m3:1", "nobody listens there"));

        assertThat(server.get("/polder/v1/members").text())
                .endsWith("\"unreached\":[{\"member\":\"m3:1\",\"reason\":\"nobody listens there\"}]}");
    }

    @Test
    void shouldAddAndRemove() throws IOException {
        assertThat(post("?add=m3:1").status()).isEqualTo(200);
        assertThat(post("?remove=m1:1").status()).isEqualTo(200);

        assertThat(server.master.changes)
                .containsExactly(new MemberChange.Add("m3:1", ""), new MemberChange.Remove("m1:1"));
    }

    @Test
    void shouldSayWhetherAChangeHasChangedAnything() throws IOException {
        assertThat(post("?add=m3:1").text()).startsWith("{\"changed\":true,\"members\":[");

        server.master.outcome = new ChangeOutcome.Done(7, false);
        assertThat(post("?add=m3:1").text()).startsWith("{\"changed\":false,\"members\":[");
    }

    @Test
    void shouldSayWhyAChangeIsRefused() throws IOException {
        server.master.outcome = new ChangeOutcome.Refused("m3:1: another change is on its way");

        RawConnection.Answer answer = post("?add=m3:1");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text()).isEqualTo("m3:1: another change is on its way");
    }

    @Test
    void shouldSendToTheLeaderWhoeverAsksAnother() throws IOException {
        server.master.follow("m2", 5050);

        RawConnection.Answer answer = post("?add=m3:1");

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.head().header("Location")).isEqualTo("//m2:5050/polder/v1/members?add=m3:1");
        assertThat(server.master.changes).isEmpty();
    }

    /** It does not know yet where that one's HTTP API is, and may still take itself for the leader. */
    @Test
    void shouldSayWhoGotTheLeadOfAMasterThatIsToRemoveItself() throws IOException {
        server.master.outcome = new ChangeOutcome.Moved(Optional.of("m2:1"));

        RawConnection.Answer answer = post("?remove=m1:1");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head().header("Retry-After")).isEqualTo("1");
        assertThat(answer.text())
                .isEqualTo(
                        "the lead has gone over to m2:1, and nothing else has changed: ask again once that one serves");
    }

    @Test
    void shouldSendToWhoGotTheLeadOnceItIsKnown() throws IOException {
        server.master.outcome = new ChangeOutcome.Moved(Optional.of("m2:1"));
        server.master.leader = Optional.of(new MasterPort.Leader("m2", "m2", "10.0.0.2", 5050, false));

        RawConnection.Answer answer = post("?remove=m1:1");

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.head().header("Location")).isEqualTo("//m2:5050/polder/v1/members?remove=m1:1");
    }

    @Test
    void shouldHaveOneAskAgainWhoseChangeIsInDoubt() throws IOException {
        server.master.outcome = new ChangeOutcome.Unknown();

        RawConnection.Answer answer = post("?remove=m1:1");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("done or not");
    }

    @Test
    void shouldRefuseAQuestionThatIsNone() throws IOException {
        assertThat(post("").status()).isEqualTo(400);
        assertThat(post("?add=m1:1&remove=m2:1").status()).isEqualTo(400);
        assertThat(server.master.changes).isEmpty();
    }
}
