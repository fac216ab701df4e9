package io.holdfast.verification.checker;

import io.holdfast.verification.checker.Claim.Mode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How names, claims and times are written as one word each. */
final class Words {
    private static final String RESERVED = " ,:%=#";
    private static final String HEX = "0123456789ABCDEF";

    private Words() {}

    static String encoded(String name) {
        if (name.equals("-")) {
            return "%2D";
        }
        if (name.chars().noneMatch(Words::isReserved)) {
            return name;
        }
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isReserved(c)) {
                word.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                word.append(c);
            }
        }
        return word.toString();
    }

    private static boolean isReserved(int c) {
        return c < ' ' || c == 127 || RESERVED.indexOf(c) >= 0;
    }

    /** The name that a word stands for; {@code -} is an empty one. */
    static String decoded(String word) {
        if (word.equals("-")) {
            return "";
        }
        if (word.indexOf('%') < 0) {
            return word;
        }
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                name.write(bytes[i]);
                continue;
            }
            if (i + 2 >= bytes.length) {
                throw new MalformedHistoryException("'" + word + "' ends within a %");
            }
            name.write(Character.digit(bytes[i + 1], 16) * 16 + Character.digit(bytes[i + 2], 16));
            i += 2;
        }
        return name.toString(StandardCharsets.UTF_8);
    }

    static String claim(Claim claim) {
        String name = encoded(claim.resource());
        return switch (claim.mode()) {
            case EXCLUSIVE -> name;
            case SHARED -> name + ":shared";
            case PERMITS -> name + ":" + claim.permits() + "/" + claim.limit();
            case UNKNOWN -> throw new IllegalArgumentException("nobody asks for " + claim);
        };
    }

    static List<Claim> claims(String word) {
        List<Claim> claims = new ArrayList<>();
        if (!word.equals("-")) {
            for (String part : word.split(",", -1)) {
                claims.add(parsedClaim(part));
            }
        }
        return List.copyOf(claims);
    }

    private static Claim parsedClaim(String word) {
        int colon = word.indexOf(':');
        if (colon < 0) {
            return new Claim(decoded(word), Mode.EXCLUSIVE, 0, 0);
        }
        String name = decoded(word.substring(0, colon));
        String how = word.substring(colon + 1);
        int slash = how.indexOf('/');
        if (how.equals("shared")) {
            return Claim.shared(name);
        }
        if (slash < 0) {
            throw new MalformedHistoryException("'" + word + "' is no claim");
        }
        try {
            return Claim.permits(
                    name, Integer.parseInt(how.substring(0, slash)), Integer.parseInt(how.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new MalformedHistoryException("'" + word + "' is no claim");
        }
    }

    /** Milliseconds, with as many of three decimals as it takes. */
    static String time(long micros) {
        long whole = micros / 1000;
        int rest = (int) (micros % 1000);
        if (rest == 0) {
            return Long.toString(whole);
        }
        String decimals = Integer.toString(1000 + rest).substring(1);
        int end = decimals.length();
        while (decimals.charAt(end - 1) == '0') {
            end--;
        }
        return whole + "." + decimals.substring(0, end);
    }
}
