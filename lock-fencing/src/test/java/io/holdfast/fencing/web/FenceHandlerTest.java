package io.holdfast.fencing.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.fencing.FenceGuard;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class FenceHandlerTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> written = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        FenceGuard guard = FenceGuard.remembering(100);
        Router router = Router.router(vertx);
        router.put("/orders/:id")
                .handler(FenceHandler.create(guard, request -> "orders/" + request.pathParam("id")))
                .handler(request -> {
                    written.add(
                            request.pathParam("id") + "@" + request.request().getHeader(FenceHandler.HEADER));
                    request.response().setStatusCode(204).end();
                });
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(5, TimeUnit.SECONDS);
    }

    @Test
    void aStaleFenceIsRefusedAndSaysWhy() throws Exception {
        assertEquals(204, put("42", "7").statusCode());
        assertEquals(204, put("42", "7").statusCode());
        assertEquals(204, put("42", "9").statusCode());
        HttpResponse<String> refused = put("42", "7");
        assertEquals(412, refused.statusCode());
        assertEquals(
                "application/json", refused.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(new JsonObject("""
                        {"success":false,"status":"StaleFence",
                         "message":"A later holder of 'orders/42' has written: the lock was lost",
                         "resourceName":"orders/42","fencingToken":7,"newestFencingToken":9}"""), new JsonObject(refused.body()));
        assertEquals(204, put("43", "7").statusCode());
        assertEquals(List.of("42@7", "42@7", "42@9", "43@7"), written);
    }

    @Test
    void aFenceIsRequired() throws Exception {
        HttpResponse<String> refused = put("42");
        assertEquals(428, refused.statusCode());
        assertEquals("FenceMissing", new JsonObject(refused.body()).getString("status"));
        assertEquals(List.of(), written);
    }

    @Test
    void whatIsNoFenceIsABadRequest() throws Exception {
        for (String token : List.of("", "x", "0", "-1", "+1", "1.5", "9223372036854775808")) {
            HttpResponse<String> refused = put("42", token);
            assertEquals(400, refused.statusCode(), token);
            assertEquals("BadFence", new JsonObject(refused.body()).getString("status"));
        }
        assertEquals(400, put("42", "7", "8").statusCode());
        assertEquals(List.of(), written);
    }

    private HttpResponse<String> put(String id, String... fences) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.actualPort() + "/orders/" + id))
                .PUT(BodyPublishers.ofString("paid"));
        for (String fence : fences) {
            request.header(FenceHandler.HEADER, fence);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
