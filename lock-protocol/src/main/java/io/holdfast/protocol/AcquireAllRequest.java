package io.holdfast.protocol;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The body of {@code POST /api/lock/acquire-all}: all of the resources or none. Immutable.
 *
 * @param resources what is wanted, no name twice; at least one
 */
public record AcquireAllRequest(List<ResourceClaim> resources, AcquireTerms terms) {
    /** Ignored beside the list, they would take for exclusive what was meant to be shared. */
    private static final Set<RequestField> OF_ONE_RESOURCE =
            EnumSet.of(RequestField.MODE, RequestField.PERMITS, RequestField.LIMIT);

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static AcquireAllRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        List<ResourceClaim> resources = new ArrayList<>();
        AcquireTerms.Draft terms = new AcquireTerms.Draft();
        RequestReader.read(body, rules, (in, field) -> {
            if (field == RequestField.RESOURCES) {
                in.objects(field, item -> resources.add(readClaim(item)));
            } else if (OF_ONE_RESOURCE.contains(field)) {
                throw new InvalidRequestException(field.wireName() + " belongs into the entries of resources");
            } else {
                terms.accept(in, field);
            }
        });
        requireDistinct(resources);
        return new AcquireAllRequest(List.copyOf(resources), terms.finish());
    }

    private static ResourceClaim readClaim(RequestReader item) throws java.io.IOException, InvalidRequestException {
        ResourceClaim.Draft claim = new ResourceClaim.Draft();
        item.fields(claim::accept);
        return claim.finish();
    }

    private static void requireDistinct(List<ResourceClaim> resources) throws InvalidRequestException {
        if (resources.isEmpty()) {
            throw new InvalidRequestException("resources is missing or empty");
        }
        Set<String> names = new HashSet<>();
        for (ResourceClaim claim : resources) {
            if (!names.add(claim.resourceName())) {
                throw new InvalidRequestException("resources has the same resourceName twice");
            }
        }
    }

    /**
     * The resource whose name, with client and request id, names the acquire of a set: the smallest, whatever order the
     * set is given in. A cancel has to use it.
     */
    public static String nameOfSet(List<ResourceClaim> resources) {
        return resources.stream()
                .map(ResourceClaim::resourceName)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeArrayFieldStart("resources");
            for (ResourceClaim claim : resources) {
                json.writeStartObject();
                claim.writeTo(json);
                json.writeEndObject();
            }
            json.writeEndArray();
            terms.writeTo(json);
        });
    }
}
