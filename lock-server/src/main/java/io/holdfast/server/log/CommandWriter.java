package io.holdfast.server.log;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Changes;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes every change of a table as a command that {@link CommandReader} can repeat. Confined to the event loop. */
public final class CommandWriter implements Changes {
    /** The first byte of every command. */
    static final int FORMAT = 1;

    private final Consumer<byte[]> sink;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** Hands each command to {@code sink}, which may keep the array. */
    public CommandWriter(Consumer<byte[]> sink) {
        this.sink = sink;
    }

    @FunctionalInterface
    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private void write(CommandKind kind, Body body) {
        try {
            bytes.reset();
            out.writeByte(FORMAT);
            out.writeByte(kind.number());
            body.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a command does not fit its format", e);
        }
        sink.accept(bytes.toByteArray());
    }

    @Override
    public void granted(AcquireCommand command) {
        write(CommandKind.GRANTED, to -> Fields.writeAcquire(to, command));
    }

    @Override
    public void queued(AcquireCommand command) {
        write(CommandKind.QUEUED, to -> Fields.writeAcquire(to, command));
    }

    @Override
    public void placeGranted(Place place, Token token, long acquiredAtMillis) {
        write(CommandKind.PLACE_GRANTED, to -> {
            writePlace(to, place);
            Fields.writeToken(to, token);
            to.writeLong(acquiredAtMillis);
        });
    }

    @Override
    public void dropped(Place place, EndReason reason) {
        write(CommandKind.DROPPED, to -> {
            writePlace(to, place);
            Fields.writeReason(to, reason);
        });
    }

    @Override
    public void ended(Hold hold, EndReason reason) {
        write(CommandKind.ENDED, to -> {
            writeHold(to, hold);
            Fields.writeReason(to, reason);
        });
    }

    @Override
    public void breakBegun(String resourceName) {
        write(CommandKind.BREAK_BEGUN, to -> to.writeUTF(resourceName));
    }

    @Override
    public void broken(Hold hold, long epoch, @Nullable String reason, long graceMillis) {
        write(CommandKind.BROKEN, to -> {
            writeHold(to, hold);
            to.writeLong(epoch);
            Fields.writeText(to, reason);
            to.writeLong(graceMillis);
        });
    }

    @Override
    public void delayEnded(String resourceName, long epoch) {
        write(CommandKind.DELAY_ENDED, to -> {
            to.writeUTF(resourceName);
            to.writeLong(epoch);
        });
    }

    @Override
    public void sessionOpened(Token id, String clientId, Terms terms, long openedAtMillis) {
        write(CommandKind.SESSION_OPENED, to -> {
            Fields.writeToken(to, id);
            to.writeUTF(clientId);
            Fields.writeTerms(to, terms);
            to.writeLong(openedAtMillis);
        });
    }

    @Override
    public void sessionEnded(Session session, EndReason reason) {
        write(CommandKind.SESSION_ENDED, to -> {
            Fields.writeToken(to, session.id());
            Fields.writeReason(to, reason);
        });
    }

    @Override
    public void lossesAcknowledged(Session session, long lossNumber) {
        write(CommandKind.LOSSES_ACKNOWLEDGED, to -> {
            Fields.writeToken(to, session.id());
            to.writeLong(lossNumber);
        });
    }

    @Override
    public void forestalled(RequestKey key) {
        write(CommandKind.FORESTALLED, to -> Fields.writeKey(to, key));
    }

    @Override
    public void fencingRaised(long fencingToken) {
        write(CommandKind.FENCING_RAISED, to -> to.writeLong(fencingToken));
    }

    private static void writePlace(DataOutputStream out, Place place) throws IOException {
        out.writeUTF(place.parts().get(0).resourceName());
        out.writeLong(place.ticket());
    }

    private static void writeHold(DataOutputStream out, Hold hold) throws IOException {
        out.writeUTF(hold.resourceName());
        Fields.writeToken(out, hold.token());
    }
}
