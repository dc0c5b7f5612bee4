package dev.polder.samples.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a master says of the masters of its cluster.
 *
 * @param members all of them, {@code host:raftPort}
 * @param leader which of them leads; empty if it knows none
 * @param changed whether a change was needed; true for a mere question
 * @param refusals who and that master do not talk to each other, and why
 * @param unreached whom it does not reach, and why
 */
record MembersAnswer(
        List<String> members,
        String leader,
        boolean changed,
        Map<String, String> refusals,
        Map<String, String> unreached) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads an answer; what a later version says besides is passed over. */
    static MembersAnswer parse(String text) throws IOException {
        List<String> members = new ArrayList<>();
        Map<String, String> refusals = new LinkedHashMap<>();
        Map<String, String> unreached = new LinkedHashMap<>();
        String leader = "";
        boolean changed = true;
        try (JsonParser json = JSON.createParser(text)) {
            String list = "";
            String member = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                String name = String.valueOf(json.currentName());
                if (token == JsonToken.START_ARRAY) {
                    list = name;
                } else if (token == JsonToken.VALUE_FALSE && name.equals("changed")) {
                    changed = false;
                } else if (token == JsonToken.VALUE_STRING && list.equals("members")) {
                    members.add(json.getText());
                } else if (token == JsonToken.VALUE_STRING && name.equals("leader")) {
                    leader = json.getText();
                } else if (token == JsonToken.VALUE_STRING && name.equals("member")) {
                    member = json.getText();
                } else if (token == JsonToken.VALUE_STRING && name.equals("reason")) {
                    (list.equals("unreached") ? unreached : refusals).put(member, json.getText());
                } else if (token == JsonToken.END_ARRAY) {
                    list = "";
                }
            }
        }
        return new MembersAnswer(members, leader, changed, refusals, unreached);
    }

    /** Returns the members, one a line, with what is to be said of each. */
    List<String> lines() {
        return members.stream()
                .map(member -> member
                        + (member.equals(leader) ? " leads" : "")
                        + (unreached.containsKey(member) ? " is not reached: " + unreached.get(member) : ""))
                .toList();
    }
}
