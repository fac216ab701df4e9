package io.holdfast.server;

import org.junit.jupiter.api.Assumptions;

/** Whether tests of io_uring can be run. */
public final class IoUring {
    private IoUring() {}

    /** Skips the test, and says so, where the kernel or the container does not allow it. */
    public static void assume() {
        String lack = Transports.lackOfIoUring();
        if (lack != null) {
            System.out.println("NOT RUN, no io_uring here: " + lack);
        }
        Assumptions.assumeTrue(lack == null, "no io_uring here");
    }
}
