package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class V1ProtocolTest {
    private static final String BEFORE = "{\"type\":\"UPDATE\",\"update\":{\"status\":";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "{'task_id':{'value':'t'},'state':'TASK_LOST','timestamp':1.5}|",
                "{'task_id':{'value':'t'},'state':'TASK_LOST','timestamp':1}|type double, not int",
                "{'task_id':{'value':'t'},'state':2}|type enum:mesos.v1.TaskState, not int",
                "{'task_id':'t','state':'TASK_LOST'}|not string",
                "{'task_id':{'value':'t'},'state':'TASK_LOST','slave_id':{'value':'a'}}|is not in mesos.v1.TaskStatus",
                "{'task_id':{'value':'t'}}|mesos.v1.TaskStatus without state",
                "{'task_id':{},'state':'TASK_LOST'}|mesos.v1.TaskID without value",
                "{'task_id':{'value':'t'},'state':['TASK_LOST']}|is required",
                "{'task_id':{'value':'t'},'state':'TASK_LOST','labels':{'labels':{'key':'k'}}}|is repeated"
            })
    void shouldSeeWhatDoesNotFitTheProtocol(String status, String problem) throws IOException {
        String event = BEFORE + status.replace('\'', '"') + "}}";

        assertThat(V1Protocol.load().problemsOfEvent(JsonShape.types(event.getBytes(UTF_8))))
                .as(event)
                .satisfies(problems -> {
                    if (problem == null) {
                        assertThat(problems).isEmpty();
                    } else {
                        assertThat(problems).anyMatch(one -> one.contains(problem));
                    }
                });
    }
}
