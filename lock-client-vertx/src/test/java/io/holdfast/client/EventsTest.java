package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.stream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.EventKind;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockEvent;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's stream of events against a server that does what the test wrote down. */
@Timeout(20)
final class EventsTest {
    private ClientFixture fixture;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private final LockEventListener listener = new LockEventListener() {
        @Override
        public void onEvent(long id, LockEvent event) {
            heard.add(id + " " + event.kind() + " " + event.resourceName());
        }

        @Override
        public void onReset() {
            heard.add("reset");
        }
    };

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static String event(long id, EventKind kind, String name) {
        LockEvent event = new LockEvent(kind, name, "me", 5L, Instant.EPOCH, null, false);
        return "id: " + id + "\nevent: " + kind.wireName() + "\ndata: "
                + new String(event.toJson(), StandardCharsets.UTF_8) + "\n\n";
    }

    /** The next connection will stay open; the future has it when it was asked for. */
    private Promise<NetSocket> nextStream() {
        Promise<NetSocket> socket = Promise.promise();
        fixture.server.then(stream("text/event-stream", socket));
        return socket;
    }

    private String next() throws Exception {
        String news = heard.poll(5, TimeUnit.SECONDS);
        assertTrue(news != null, "nothing was heard");
        return news;
    }

    /** Moves the clock until the client has come back. */
    private StubLockServer.Request comesBack(int count) throws Exception {
        for (int i = 0; i < 100_000 && fixture.server.requests().size() < count; i++) {
            fixture.advanceWithoutAnswers(Duration.ofMillis(100));
        }
        return fixture.server.awaitRequest(count);
    }

    @Test
    void eventsAreToldInTheirOrderHoweverTheyArrive() throws Exception {
        Promise<NetSocket> socket = nextStream();
        fixture.client.events("a b/ü", listener);
        NetSocket server = await(socket.future());
        assertEquals(
                "/api/lock/events?prefix=a%20b%2F%C3%BC",
                fixture.server.awaitRequest(1).path());
        byte[] all = (event(7, EventKind.GRANTED, "a b/ü1") + ":\nid: 8\n\n" + event(9, EventKind.BROKEN, "a b/ü2"))
                .replace("\n\n", "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        for (byte one : all) {
            server.write(Buffer.buffer(new byte[] {one}));
        }
        assertEquals("7 GRANTED a b/ü1", next());
        assertEquals("9 BROKEN a b/ü2", next());
    }

    @Test
    void theListenerIsCalledOnTheContextThatAsked() throws Exception {
        Promise<NetSocket> socket = nextStream();
        Context context = fixture.vertx.getOrCreateContext();
        CompletableFuture<Context> called = new CompletableFuture<>();
        context.runOnContext(v -> fixture.client.events("", new LockEventListener() {
            @Override
            public void onEvent(long id, LockEvent event) {
                called.complete(Vertx.currentContext());
            }

            @Override
            public void onReset() {
                called.completeExceptionally(new IllegalStateException("nothing was missed"));
            }
        }));
        await(socket.future()).write(event(1, EventKind.GRANTED, "r"));
        assertEquals(context, called.get(5, TimeUnit.SECONDS));
    }

    @Test
    void aBrokenStreamIsResumedWhereItWas() throws Exception {
        Promise<NetSocket> first = nextStream();
        fixture.server.then(reset());
        Promise<NetSocket> second = nextStream();
        fixture.client.events("", listener);
        NetSocket server = await(first.future());
        assertFalse(fixture.server.awaitRequest(1).head().contains("Last-Event-ID"));
        server.write(event(41, EventKind.GRANTED, "r") + "id: 42\n\n" + "id: 43\nevent: gra");
        assertEquals("41 GRANTED r", next());
        server.close();
        for (int count = 2; count <= 3; count++) {
            String head = comesBack(count).head();
            assertTrue(head.contains("Last-Event-ID: 42"), head);
        }
        await(second.future()).write(event(43, EventKind.RELEASED, "r"));
        assertEquals("43 RELEASED r", next());
    }

    @Test
    void aResetIsTold() throws Exception {
        Promise<NetSocket> socket = nextStream();
        fixture.client.eventsAfter(12, "", listener);
        NetSocket server = await(socket.future());
        assertTrue(fixture.server.awaitRequest(1).head().contains("Last-Event-ID: 12"));
        server.write("id: 100\nevent: reset\ndata: {}\n\n" + event(101, EventKind.EXPIRED, "r"));
        assertEquals("reset", next());
        assertEquals("101 EXPIRED r", next());
    }

    @Test
    void whoDoesNotKnowWhereItWasHasMissedSomething() throws Exception {
        Promise<NetSocket> first = nextStream();
        Promise<NetSocket> second = nextStream();
        fixture.client.events("", listener);
        await(first.future()).close();
        comesBack(2);
        await(second.future());
        assertEquals("reset", next());
    }

    @Test
    void anEventThatCannotBeReadIsOneThatWasMissedAndUnknownKindsAreSkipped() throws Exception {
        Promise<NetSocket> socket = nextStream();
        fixture.client.events("", listener);
        await(socket.future())
                .write("id: 1\nevent: granted\ndata: {}\n\n" + "id: 2\nevent: shiny\ndata: {}\n\n"
                        + event(3, EventKind.GRANTED, "r"));
        assertEquals("reset", next());
        assertEquals("3 GRANTED r", next());
    }

    @Test
    void aLineThatNeverEndsEndsTheConnection() throws Exception {
        Promise<NetSocket> first = nextStream();
        Promise<NetSocket> second = nextStream();
        fixture.client.eventsAfter(1, "", listener);
        await(first.future()).write("x".repeat(70_000));
        comesBack(2);
        await(second.future());
    }

    @Test
    void aServerWithoutEventsEndsTheStreamForGood() throws Exception {
        fixture.server.then(answer(LockAnswer.refused(Status.UNKNOWN_PATH, "There is no such endpoint")));
        LockEvents events = fixture.client.events("", listener);
        LockRefusedException refused = assertInstanceOf(LockRefusedException.class, failure(events.ended()));
        assertEquals(Status.UNKNOWN_PATH, refused.status());
    }

    @Test
    void aServerThatIsNotReadyIsAskedAgainWhenItSays() throws Exception {
        fixture.server.then(answer(LockAnswer.unavailable(UnavailableReason.STARTING, 30_000)));
        Promise<NetSocket> socket = nextStream();
        LockEvents events = fixture.client.events("", listener);
        fixture.server.awaitRequest(1);
        comesBack(2);
        await(socket.future());
        assertTrue(fixture.elapsed().compareTo(Duration.ofSeconds(30)) >= 0, "came back too early");
        assertFalse(events.ended().isComplete());
    }

    @Test
    void aListenerThatThrowsEndsTheStream() throws Exception {
        Promise<NetSocket> socket = nextStream();
        LockEvents events = fixture.client.events("", new LockEventListener() {
            @Override
            public void onEvent(long id, LockEvent event) {
                throw new IllegalStateException("thrown on purpose");
            }

            @Override
            public void onReset() {}
        });
        NetSocket server = await(socket.future());
        Promise<Void> closed = Promise.promise();
        server.closeHandler(closed::complete);
        server.write(event(1, EventKind.GRANTED, "r"));
        assertEquals("thrown on purpose", failure(events.ended()).getMessage());
        await(closed.future());
    }

    @Test
    void closingEndsTheConnectionAndSoDoesClosingTheClient() throws Exception {
        for (boolean whole : new boolean[] {false, true}) {
            Promise<NetSocket> socket = nextStream();
            LockEvents events = fixture.client.events("", listener);
            NetSocket server = await(socket.future());
            server.write(event(1, EventKind.GRANTED, "r"));
            next();
            Promise<Void> closed = Promise.promise();
            server.closeHandler(closed::complete);
            await(whole ? fixture.client.close() : events.close());
            await(closed.future());
            await(events.ended());
            await(events.close());
        }
        assertInstanceOf(
                IllegalStateException.class,
                failure(fixture.client.events("", listener).ended()));
    }
}
