package io.holdfast.protocol;

/** What a resource name or a client id may consist of. Pure functions. */
final class Names {
    private Names() {}

    /**
     * Returns the name unchanged (names are never trimmed), or throws when it is empty, blank, too long, or has a
     * control character or half a surrogate pair: such a name could not be shown, logged or sent back unharmed.
     */
    static String requireName(String field, String name, int maxBytes) throws InvalidRequestException {
        if (isBlank(name)) {
            throw new InvalidRequestException(field + " must not be empty or blank");
        }
        return requireText(field, name, maxBytes);
    }

    /** As {@link #requireName} but blank is allowed. */
    static String requireText(String field, String text, int maxBytes) throws InvalidRequestException {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw new InvalidRequestException(field + " must not contain control characters");
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new InvalidRequestException(field + " must not contain lone surrogates");
                }
                i++;
                bytes += 4;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes > maxBytes) {
            throw new InvalidRequestException(field + " must not be longer than " + maxBytes + " bytes of UTF-8");
        }
        return text;
    }

    private static boolean isBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c) && !Character.isSpaceChar(c)) {
                return false;
            }
        }
        return true;
    }
}
