package io.holdfast.server.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * What is still to come of a request that was answered before it had arrived. HTTP/1.1 is rid of it only by closing the
 * connection, HTTP/2 by closing the stream.
 */
final class Rest {
    /** "Stop sending, your answer is complete", RFC 9113, 8.1. */
    private static final long NO_ERROR = 0;

    private Rest() {}

    /** Says in the answer that nothing more is read, as far as the protocol has words for it. */
    static void announce(HttpServerRequest request) {
        if (!isHttp2(request)) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    static void cutOff(HttpServerRequest request) {
        if (isHttp2(request)) {
            request.response().reset(NO_ERROR);
        } else {
            request.connection().close();
        }
    }

    private static boolean isHttp2(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }
}
