package io.holdfast.verification;

/** An exclusive lock as it was granted over HTTP. */
record Granted(String name, String token, long fence) {
    /** The body of a heartbeat or a release. */
    String proof() {
        return "{\"resourceName\":\"" + name + "\",\"lockToken\":\"" + token + "\"}";
    }

    /** Where it is said whether the fence is the current one. */
    String validate() {
        return "/api/lock/validate/" + name.replace("/", "%2F") + "?fencingToken=" + fence;
    }
}
