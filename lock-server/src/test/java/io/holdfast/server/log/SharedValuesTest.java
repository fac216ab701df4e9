package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a million locks have in common is in memory once, also after a restart. */
final class SharedValuesTest {
    private final LockTable repeated = new LockTable(0, 10);
    private final LockTable written = new LockTable(0, 10);

    private void acquireTwo() {
        CommandReader reader = new CommandReader(repeated);
        written.onChange(new CommandWriter(reader::apply));
        for (String name : List.of("a", "b")) {
            AcquireCommand command = new AcquireCommand(
                    List.of(new Part(name, Claim.EXCLUSIVE)),
                    "client",
                    null,
                    new RequestKey(name, "client", "request-" + name),
                    new Terms(45_000, 0, Map.of("host", "h1")),
                    new Token(1, name.hashCode()),
                    1);
            written.acquire(command, true);
        }
    }

    private static Hold hold(LockTable table, String name) {
        Resource resource = table.find(name);
        return resource.holds().iterator().next();
    }

    private static void assertShared(LockTable table) {
        Hold a = hold(table, "a");
        Hold b = hold(table, "b");
        assertEquals("client", a.clientId());
        assertEquals(Map.of("host", "h1"), a.terms().metadata());
        assertSame(a.clientId(), b.clientId());
        assertSame(a.terms(), b.terms());
        assertSame(a.clientId(), a.request().clientId());
        assertSame(a.resourceName(), a.request().resourceName());
    }

    @Test
    void repeatedCommandsShareWhatTheyHaveInCommon() {
        acquireTwo();
        assertShared(repeated);
    }

    @Test
    void aSnapshotThatIsReadSharesItToo() throws IOException {
        acquireTwo();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TableWriter.write(written, new DataOutputStream(bytes));
        LockTable read = new LockTable(0, 10);
        TableReader.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), read);
        assertShared(read);
    }
}
