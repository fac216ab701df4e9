package io.holdfast.protocol;

/** The endpoints' paths. A path that ends in {@code /} takes one percent-encoded segment, see {@link PathSegment}. */
public final class ApiPaths {
    public static final String ACQUIRE = "/api/lock/acquire";
    public static final String HEARTBEAT = "/api/lock/heartbeat";
    public static final String RELEASE = "/api/lock/release";
    public static final String ACQUIRE_ALL = "/api/lock/acquire-all";
    public static final String CANCEL = "/api/lock/cancel";
    public static final String LIST = "/api/lock/list";
    public static final String EVENTS = "/api/lock/events";
    public static final String SESSION_OPEN = "/api/session/open";
    public static final String SESSION_HEARTBEAT = "/api/session/heartbeat";
    public static final String SESSION_CLOSE = "/api/session/close";
    public static final String BREAK = "/api/admin/break";
    public static final String BACKUP = "/api/admin/backup";
    public static final String CLUSTER = "/api/cluster";
    public static final String CLUSTER_ADD = "/api/admin/cluster/add";
    public static final String CLUSTER_REMOVE = "/api/admin/cluster/remove";
    public static final String VALIDATE = "/api/lock/validate/";
    public static final String STATUS = "/api/lock/status/";
    public static final String LIVEZ = "/livez";
    public static final String READYZ = "/readyz";

    private ApiPaths() {}
}
