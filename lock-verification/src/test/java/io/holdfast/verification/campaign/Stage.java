package io.holdfast.verification.campaign;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What faults of one run are injected into.
 *
 * @param proxies all of them
 * @param childProxies those that client processes go through
 * @param network null where nodes have no hosts of their own
 * @param clientClock the wall clock of the client processes
 */
record Stage(
        Service service,
        List<ClientProcess> clients,
        List<Proxy> proxies,
        List<Proxy> childProxies,
        @Nullable Network network,
        FakeTime clientClock,
        Disk disk,
        Recorder recorder,
        AtomicLong faultNumbers) {}
