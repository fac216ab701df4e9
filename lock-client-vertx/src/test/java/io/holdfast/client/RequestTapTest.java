package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.reset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every attempt is heard, with its end. */
@Timeout(20)
final class RequestTapTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private RequestTap.Heard hear(URI endpoint, String path, Buffer body) {
        heard.add("sending " + path);
        return new RequestTap.Heard() {
            @Override
            public void answered(int httpCode, Buffer answer) {
                heard.add(path + " answered " + httpCode);
            }

            @Override
            public void failed(boolean nothingSent) {
                heard.add(path + (nothingSent ? " not sent" : " failed"));
            }
        };
    }

    private LockClient client(URI endpoint) {
        LockClientOptions options =
                fixture.options().withEndpoint(endpoint).withSessions(false).withTap(this::hear);
        return LockClient.create(fixture.vertx, options);
    }

    @Test
    void aRepetitionIsAnAttemptOfItsOwn() throws Exception {
        fixture.server.then(reset(), grant("secret-token", 8, 45_000, 0), answer(LockAnswer.released()));
        LockClient client = client(fixture.server.endpoint());
        LockHandle handle = await(client.tryAcquire("r")).orElseThrow();
        assertEquals(ReleaseResult.RELEASED, await(handle.release()));
        assertEquals(
                List.of(
                        "sending /api/lock/acquire",
                        "/api/lock/acquire failed",
                        "sending /api/lock/acquire",
                        "/api/lock/acquire answered 200",
                        "sending /api/lock/release",
                        "/api/lock/release answered 200"),
                heard);
        await(client.close());
    }

    @Test
    void whatNeverLeftIsSaidNotToHave() throws Exception {
        LockClient client = client(URI.create("http://127.0.0.1:1"));
        Future<Optional<LockHandle>> acquire = client.tryAcquire("r");
        assertTrue(await(acquire.map(false).recover(cause -> Future.succeededFuture(true))));
        assertEquals("/api/lock/acquire not sent", heard.get(1));
        await(client.close());
    }
}
