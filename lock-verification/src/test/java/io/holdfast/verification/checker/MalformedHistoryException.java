package io.holdfast.verification.checker;

/** A history cannot be read, so nothing can be said about it. Whoever wrote it has to be mended. */
public final class MalformedHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedHistoryException(String what) {
        super(what);
    }
}
