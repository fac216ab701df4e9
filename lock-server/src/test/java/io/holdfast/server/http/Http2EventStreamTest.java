package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Listening on a stream of a connection on which others ask meanwhile. */
@ExtendWith(VertxExtension.class)
final class Http2EventStreamTest {
    @TempDir
    private Path dataDir;

    private RunningServer server;
    private HttpClient client;

    @BeforeEach
    void start(Vertx vertx) {
        server = RunningServer.start(dataDir, new JsonObject().put("http2", true));
        client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(server.port()),
                new PoolOptions().setHttp2MaxSize(1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int acquire(String name) {
        Future<Integer> code = client.request(HttpMethod.POST, "/api/lock/acquire")
                .compose(request -> request.putHeader("content-type", "application/json")
                        .send("{\"resourceName\":\"" + name + "\",\"clientId\":\"me\"}"))
                .compose(response -> response.body().map(body -> response.statusCode()));
        return RunningServer.await(code);
    }

    /** What is heard up to and with that text; then the stream is given up. */
    private Future<String> hear(String query, String upTo) {
        Promise<Void> listening = Promise.promise();
        Promise<String> heard = Promise.promise();
        client.request(HttpMethod.GET, "/api/lock/events" + query)
                .compose(request -> request.send().map(response -> {
                    assertEquals(200, response.statusCode());
                    assertEquals("text/event-stream", response.getHeader("content-type"));
                    StringBuilder text = new StringBuilder();
                    response.handler(chunk -> {
                        listening.tryComplete();
                        text.append(chunk);
                        if (text.indexOf(upTo) >= 0 && heard.tryComplete(text.toString())) {
                            request.reset();
                        }
                    });
                    return response;
                }))
                .onFailure(heard::tryFail);
        RunningServer.await(listening.future());
        return heard.future();
    }

    @Test
    void othersAreServedOnTheConnectionOfAListener() {
        Future<String> heard = hear("?prefix=b", "b/2");
        assertEquals(200, acquire("a"));
        assertEquals(200, acquire("b/1"));
        assertEquals(200, acquire("b/2"));
        String text = RunningServer.await(heard);
        assertTrue(text.contains("event: granted\ndata: {\"resourceName\":\"b/1\""), text);
        assertTrue(!text.contains("\"a\""), text);
    }

    /** Its stream is closed, and nothing else. */
    @Test
    void aListenerThatGoesMakesRoomAndLeavesTheConnection() {
        for (int listener = 0; listener < 150; listener++) { // more than there may be at once
            Future<String> heard = hear("", "l/" + listener);
            assertEquals(200, acquire("l/" + listener));
            RunningServer.await(heard);
        }
        assertEquals(200, acquire("after"));
    }
}
