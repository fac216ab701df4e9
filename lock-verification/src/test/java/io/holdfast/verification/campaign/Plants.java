package io.holdfast.verification.campaign;

import io.holdfast.verification.campaign.Plant.Edit;
import io.holdfast.verification.campaign.Plant.Scenario;
import java.util.List;

/** The planted bugs. */
final class Plants {
    private static final String SERVER = "lock-server/src/main/java/io/holdfast/server/";
    private static final String CLIENT = "lock-client-vertx/src/main/java/io/holdfast/client/";
    private static final String SERVICE = SERVER + "service/LockService.java";
    private static final String WAITING = SERVER + "service/WaitingRoom.java";
    private static final String TABLE = SERVER + "core/LockTable.java";
    private static final String REQUESTS = SERVER + "core/Requests.java";
    private static final String BATCHER = SERVER + "log/ratis/Batcher.java";
    private static final String FILES = SERVER + "log/ratis/LogFiles.java";

    private static final String RATIS_LOG = SERVER + "log/ratis/RatisLog.java";

    private static final Edit STAYS_AFTER_ITS_TERM =
            edit(SERVER + "log/ratis/LogMachine.java", "        lose(leadingTerm);", "        return;");

    private Plants() {}

    static List<Plant> all() {
        return List.of(
                server(
                        "grant to a dead waiter",
                        Scenario.JOURNAL,
                        edit(WAITING, "drop(seat.place(), EndReason.ABANDONED);", "return;")),
                new Plant(
                        "client deadline from the response time",
                        Scenario.CUT_CLIENTS,
                        true,
                        List.of(
                                edit(
                                        CLIENT + "AcquireAttempt.java",
                                        "lockToken, sentMillis, means.nowMillis()",
                                        "lockToken, means.nowMillis(), means.nowMillis()"),
                                edit(
                                        CLIENT + "Sessions.java",
                                        "Lease.granted(sentMillis, 0",
                                        "Lease.granted(means.nowMillis(), 0"),
                                edit(
                                        CLIENT + "core/LeaseKeeper.java",
                                        "lease.renewed(beatSentMillis",
                                        "lease.renewed(nowMillis"))),
                server(
                        "expire by a deposed leader",
                        Scenario.STOP_LEADER,
                        edit(RATIS_LOG, "loop, !node.isAlone(), this::write", "loop, false, this::write"),
                        STAYS_AFTER_ITS_TERM,
                        edit(RATIS_LOG, "boolean written = thrown == null;", "boolean written = true;")),
                server(
                        "heartbeat acknowledged by a paused old leader",
                        Scenario.STOP_LEADER,
                        edit(
                                SERVER + "http/LockRoutes.java",
                                "tokenCall(request, body, service::heartbeat)",
                                "Answers.send(request, service.heartbeat(TokenRequest.read(body, rules)))"),
                        STAYS_AFTER_ITS_TERM,
                        edit(SERVER + "log/ratis/RatisNode.java", "        machine.lose(term);", "")),
                server(
                        "acknowledge before sync",
                        Scenario.KILL_SLOW,
                        edit(BATCHER, "return !confirmsLooks && durable == appended && !failed;", "return !failed;")),
                server(
                        "write lost on crash",
                        Scenario.KILL_DURABLE,
                        edit(
                                BATCHER,
                                "            writer.accept(commands.isEmpty() ? null : Entry.of(commands), written -> done(entry, written));",
                                """
                                if (appended > 300) {
                                    loop.execute(() -> done(entry, true));
                                } else {
                                    writer.accept(commands.isEmpty() ? null : Entry.of(commands), written -> done(entry, written));
                                }
                                """)),
                server(
                        "corrupt tail accepted",
                        Scenario.KILL_DURABLE,
                        edit(
                                FILES,
                                "int offset = Math.min(HEADER_BYTES, bytes.length);",
                                "int offset = Math.min(HEADER_BYTES, bytes.length); int whole = offset; int records = 0;"),
                        edit(
                                FILES,
                                "            offset = next;",
                                "            offset = next; whole = ++records % 40 == 0 ? next : whole;"),
                        edit(
                                FILES,
                                "        if (offset >= end) {",
                                "        if (open && records > 40) { cutOff(whole); return; }\n        if (offset >= end) {")),
                server(
                        "token counter restarting",
                        Scenario.KILL_MEMORY,
                        edit(
                                SERVER + "log/Promises.java",
                                "return last == null ? byClock : Math.max(byClock, last.fencingReserved());",
                                "return 1_000_000;")),
                server(
                        "release without token check",
                        Scenario.CALM,
                        edit(
                                TABLE,
                                "return resource == null ? null : resource.heldUnder(token);",
                                "return resource == null || resource.holds().isEmpty() ? null : resource.holds().iterator().next();")),
                server(
                        "second grant for one requestId",
                        Scenario.DUPLICATES,
                        edit(REQUESTS, "return granted.get(key);", "return null;")),
                server(
                        "requestId forgotten early",
                        Scenario.DUPLICATES,
                        edit(REQUESTS, "return ended.get(key);", "return null;")),
                server(
                        "late heartbeat resurrects",
                        Scenario.CALM,
                        edit(
                                SERVICE,
                                "return refusal(request.resourceName(), token);\n        }\n        if (hold.session()",
                                "return LockAnswer.heartbeatReceived(request.lockToken());\n        }\n        if (hold.session()")),
                server(
                        "wall clock for expiry",
                        Scenario.FAST_CLOCK,
                        edit(
                                SERVER + "service/TimeSource.java",
                                "() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - origin)",
                                "System::currentTimeMillis")),
                server(
                        "last-in first-out hand-off",
                        Scenario.DUPLICATES,
                        edit(WAITING, "line.firstEntry().getValue()", "line.lastEntry().getValue()")),
                server(
                        "lost wake-up on cancel",
                        Scenario.PATIENT,
                        edit(
                                SERVICE,
                                "waitingRoom.drop(place, EndReason.CANCELLED);",
                                "waitingRoom.remove(place, EndReason.CANCELLED);"),
                        edit(
                                SERVICE,
                                "            end(hold, EndReason.CANCELLED);",
                                "            grants.end(hold, EndReason.CANCELLED);")),
                server(
                        "waiter kept after disconnect",
                        Scenario.JOURNAL,
                        edit(
                                WAITING,
                                "        caller.onGone(() -> gone(seat, caller));",
                                "        if (place.request() == null) { caller.onGone(() -> gone(seat, caller)); }")),
                new Plant(
                        "renewals after release",
                        Scenario.CALM,
                        true,
                        List.of(edit(
                                CLIENT + "HeldLock.java",
                                "            lease.end();",
                                "            lossTold = false;"))),
                server(
                        "restore rewinds tokens",
                        Scenario.KILL_DURABLE,
                        edit(
                                TABLE,
                                "        changes = listener;",
                                "        changes = listener; lastFencingToken = Math.max(0, lastFencingToken - 100);")),
                server(
                        "token rounded by JSON",
                        Scenario.CALM,
                        edit(
                                "lock-protocol/src/main/java/io/holdfast/protocol/LockAnswer.java",
                                "writeOptional(json, FENCING_TOKEN, fencingToken);",
                                "writeOptional(json, FENCING_TOKEN, fencingToken == null ? null : (Long) (long) (float) (long) fencingToken);")),
                server(
                        "double grant when expiry and release race",
                        Scenario.CALM,
                        edit(
                                SERVER + "service/Grants.java",
                                "        timers.cancel(hold);\n        long epoch",
                                "        if (reason != EndReason.RELEASED) { timers.cancel(hold); }\n        long epoch"),
                        edit(SERVICE, "case LEASE -> end((Hold) timer, EndReason.EXPIRED);", """
                                case LEASE -> {
                                    var resource = table.find(((Hold) timer).resourceName());
                                    if (resource != null && !resource.holds().isEmpty()) {
                                        end(resource.holds().iterator().next(), EndReason.EXPIRED);
                                    }
                                }
                                """)));
    }

    private static Plant server(String name, Scenario scenario, Edit... edits) {
        return new Plant(name, scenario, false, List.of(edits));
    }

    private static Edit edit(String file, String words, String instead) {
        return new Edit(file, words, instead);
    }
}
