package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/admin/cluster/add} and {@code …/remove}. Immutable.
 *
 * @param id the node's name
 * @param address {@code host:port} where the nodes talk to each other; null to remove a node
 * @param httpAddress {@code host:port} where it serves clients; null to remove a node
 */
public record NodeRequest(
        String id, @Nullable String address, @Nullable String httpAddress) {
    private static final int MAX_ID_CHARS = 32;
    private static final int MAX_ADDRESS_CHARS = 260;

    /**
     * Reads the name of a node.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static NodeRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new NodeRequest(RequestReader.required(RequestField.ID, draft.id), draft.address, draft.httpAddress);
    }

    /**
     * Reads a node with its addresses.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static NodeRequest readWithAddresses(byte[] body, RequestRules rules) throws InvalidRequestException {
        NodeRequest request = read(body, rules);
        requireAddress(RequestField.ADDRESS, request.address);
        requireAddress(RequestField.HTTP_ADDRESS, request.httpAddress);
        return request;
    }

    private static void requireAddress(RequestField field, @Nullable String text) throws InvalidRequestException {
        String address = RequestReader.required(field, text);
        if (!isAddress(address)) {
            throw new InvalidRequestException(field.wireName() + " must be host:port");
        }
    }

    /** Whether a text is {@code host:port}. */
    public static boolean isAddress(String text) {
        int colon = text.lastIndexOf(':');
        return colon > 0
                && text.substring(colon + 1).matches("[0-9]{1,5}")
                && Integer.parseInt(text.substring(colon + 1)) <= 65_535
                && text.chars().noneMatch(c -> c <= ' ');
    }

    /** Whether a text can be a node's name. */
    public static boolean isId(String text) {
        return text.matches("[A-Za-z0-9_-]{1,32}");
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String id;
        private @Nullable String address;
        private @Nullable String httpAddress;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case ID -> id = requireId(in.shortText(field, MAX_ID_CHARS));
                case ADDRESS -> address = in.shortText(field, MAX_ADDRESS_CHARS);
                case HTTP_ADDRESS -> httpAddress = in.shortText(field, MAX_ADDRESS_CHARS);
                default -> {
                    // belongs to other calls
                }
            }
        }

        private static String requireId(String id) throws InvalidRequestException {
            if (!isId(id)) {
                throw new InvalidRequestException("id must be 1 to 32 letters, digits, - or _");
            }
            return id;
        }
    }
}
