package io.holdfast.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A resource name as one percent-encoded path segment. Stricter than {@code java.net.URLDecoder}, which takes a plus
 * sign for a space and turns bad UTF-8 into replacement characters: two different names must never meet in one lock.
 * Pure functions.
 */
public final class PathSegment {
    private static final String UNRESERVED = "-_~";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PathSegment() {}

    /**
     * Encodes everything but ASCII letters, digits and {@code - _ ~}. The dot is encoded as well, so that the names
     * {@code .} and {@code ..} survive whatever normalises paths on the way by literal dots.
     */
    public static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length() + 16);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (isAsciiAlphanumeric(c) || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX[c >> 4]).append(HEX[c & 0xF]);
            }
        }
        return encoded.toString();
    }

    /**
     * Decodes one raw segment into the resource name it stands for, under the same rules as a name in a body.
     *
     * @throws InvalidRequestException if the segment has a broken escape or bad UTF-8, or the name breaks a rule
     */
    public static String decodeName(String segment, RequestRules rules) throws InvalidRequestException {
        return Names.requireName("resourceName", decode(segment), rules.maxNameBytes());
    }

    private static String decode(String segment) throws InvalidRequestException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
                int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new InvalidRequestException("resourceName in the path has a broken percent escape");
                }
                bytes.write((high << 4) | low);
                i += 2;
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                throw new InvalidRequestException("resourceName in the path must be percent-encoded");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidRequestException("resourceName in the path is not valid UTF-8");
        }
    }

    private static boolean isAsciiAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
