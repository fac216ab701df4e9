package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandReader;
import io.holdfast.server.log.CommandWriter;
import io.holdfast.server.log.Compaction;
import io.holdfast.server.log.TableReader;
import io.holdfast.server.log.TableWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Every command of a table. Repeated on another one they must make it equal, from the beginning as well as from a snapshot
 * taken on the way; a table that is read from its snapshot must be the one that was written; and the snapshot taken on the
 * way, compacted with the commands since, must be that of the table.
 */
final class Recording {
    private final LockTable table;
    private final Supplier<LockTable> empty;
    private final List<byte[]> commands;

    Recording(LockTable table, Supplier<LockTable> empty) {
        this(table, empty, new ArrayList<>());
    }

    private Recording(LockTable table, Supplier<LockTable> empty, List<byte[]> commands) {
        this.table = table;
        this.empty = empty;
        this.commands = commands;
        table.onChange(new CommandWriter(commands::add));
    }

    /** What a restart finds that lost nothing: another table that its commands made, and goes on to be recorded. */
    Recording restarted() {
        LockTable repeated = empty.get();
        apply(commands, repeated);
        return new Recording(repeated, empty, commands);
    }

    int commands() {
        return commands.size();
    }

    LockTable table() {
        return table;
    }

    void check(String context) {
        byte[] expected = snapshot(table);
        LockTable repeated = empty.get();
        LockTable restored = empty.get();
        apply(commands.subList(0, commands.size() / 2), repeated);
        byte[] half = snapshot(repeated);
        restore(half, restored);
        apply(commands.subList(commands.size() / 2, commands.size()), repeated);
        apply(commands.subList(commands.size() / 2, commands.size()), restored);
        assertArrayEquals(expected, snapshot(repeated), () -> "commands make another table, " + context);
        assertArrayEquals(expected, snapshot(restored), () -> "a snapshot and the rest make another table, " + context);
        Compaction compaction = compaction(half, commands.subList(commands.size() / 2, commands.size()));
        assertArrayEquals(expected, written(compaction), () -> "a compaction makes another table, " + context);
        assertEquals(table.size(), compaction.size(), context);
        assertEquals(table.size(), restored.size(), context);
        assertEquals(table.waiters(), restored.waiters(), context);
        assertEquals(table.delays(), restored.delays(), context);
        assertEquals(table.sessions(), restored.sessions(), context);
    }

    private static void apply(List<byte[]> commands, LockTable table) {
        CommandReader reader = new CommandReader(table);
        commands.forEach(reader::apply);
    }

    private static byte[] snapshot(LockTable table) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TableWriter.write(table, new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Compaction compaction(byte[] before, List<byte[]> since) {
        try {
            Compaction compaction = new Compaction(() -> new ByteArrayInputStream(before), empty.get());
            since.forEach(compaction::foresee);
            compaction.read();
            since.forEach(compaction::apply);
            return compaction;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] written(Compaction compaction) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            compaction.write(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void restore(byte[] snapshot, LockTable table) {
        try {
            TableReader.read(new DataInputStream(new ByteArrayInputStream(snapshot)), table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
