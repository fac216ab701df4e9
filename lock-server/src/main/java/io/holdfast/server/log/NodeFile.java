package io.holdfast.server.log;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The small file that says which node of a cluster a data directory belongs to. Whoever has the directory may use it; one
 * caller at a time. Blocking.
 */
public final class NodeFile {
    private static final String FILE_NAME = "node";

    private final Path file;

    /** The file in that directory, which must exist. */
    public NodeFile(Path directory) {
        this.file = directory.resolve(FILE_NAME);
    }

    /**
     * What is written there.
     *
     * @param nodeId the node's name
     * @param storageId drawn when the directory was empty
     * @param members the members this node began with; empty as long as it has not begun
     */
    public record Content(String nodeId, String storageId, List<Member> members) {
        private String toText() {
            StringBuilder text = new StringBuilder("nodeId=" + nodeId + "\nstorageId=" + storageId + "\n");
            for (int i = 0; i < members.size(); i++) {
                Member member = members.get(i);
                text.append("member.")
                        .append(i)
                        .append('=')
                        .append(String.join(
                                " ", member.id(), member.storageId(), member.address(), member.httpAddress()))
                        .append('\n');
            }
            return text.toString();
        }

        private static Content of(Properties properties) throws IOException {
            String nodeId = properties.getProperty("nodeId");
            String storageId = properties.getProperty("storageId");
            if (nodeId == null || storageId == null) {
                throw new IOException("it does not name the node");
            }
            List<Member> members = new ArrayList<>();
            for (int i = 0; properties.containsKey("member." + i); i++) {
                String[] parts = properties.getProperty("member." + i).split(" ", -1);
                if (parts.length != 4) {
                    throw new IOException("member." + i + " makes no sense");
                }
                members.add(new Member(parts[0], parts[1], parts[2], parts[3]));
            }
            return new Content(nodeId, storageId, List.copyOf(members));
        }
    }

    /**
     * Reads it.
     *
     * @return null when no node has used the directory
     * @throws IOException if it cannot be read or makes no sense; the message is fit to be shown
     */
    public @Nullable Content read() throws IOException {
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            return Content.of(properties);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot read " + file.toAbsolutePath() + ": " + StateFile.describe(e), e);
        }
    }

    /**
     * Replaces it; on return it is on the disk.
     *
     * @throws IOException if it could not be made sure that it is
     */
    public void write(Content content) throws IOException {
        WholeFile.replace(file, content.toText());
    }
}
