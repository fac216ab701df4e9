package io.holdfast.protocol;

import org.jspecify.annotations.Nullable;

/** The body of {@code POST /api/lock/acquire}. Immutable. */
public record AcquireRequest(ResourceClaim claim, AcquireTerms terms) {

    /** A plain try for the exclusive lock, as the base contract has it. */
    public static AcquireRequest tryOnce(String resourceName, @Nullable String clientId, @Nullable Long ttlMs) {
        return new AcquireRequest(
                ResourceClaim.of(resourceName, LockMode.EXCLUSIVE), AcquireTerms.tryOnce(clientId, ttlMs));
    }

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static AcquireRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        ResourceClaim.Draft claim = new ResourceClaim.Draft();
        AcquireTerms.Draft terms = new AcquireTerms.Draft();
        RequestReader.read(body, rules, (in, field) -> {
            if (!claim.accept(in, field)) {
                terms.accept(in, field);
            }
        });
        return new AcquireRequest(claim.finish(), terms.finish());
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            claim.writeTo(json);
            terms.writeTo(json);
        });
    }
}
