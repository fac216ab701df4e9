/**
 * One system under measurement, through the client library that Java programs use for it. Thread-safe. Every kind of lock
 * is used as its documentation shows, with the library's defaults, and kept alive as long as it is held. Made with a list of
 * addresses, host:port: more than one where there are more nodes.
 */
interface Locks extends AutoCloseable {
    /** What one caller does with one lock. Made by any thread, then used by one alone. */
    interface Mutex extends AutoCloseable {
        void lock() throws Exception;

        /** Does not wait; false if somebody else holds it. */
        boolean tryLock() throws Exception;

        void unlock() throws Exception;

        /** Gives back what the caller needed besides the lock. */
        @Override
        default void close() throws Exception {}
    }

    /**
     * The lock of that name for one caller.
     *
     * @param kind lock, fair, read, semaphore
     * @throws IllegalArgumentException if the library has none of that kind
     */
    Mutex mutex(String kind, String name) throws Exception;

    /**
     * The lock of that name, to be kept for long.
     *
     * @param keptBy lock: each is renewed by itself; client: all of this client's live as long as it does
     * @throws IllegalArgumentException if the library cannot do it so
     */
    Mutex kept(String keptBy, String name) throws Exception;

    /** The exclusive lock without threads that wait. Throws IllegalArgumentException if the library has no such thing. */
    AsyncMutex asyncMutex(String name) throws Exception;

    /** Requests sent so far; 0 for a client that cannot say, whose server can. */
    default long requests() {
        return 0;
    }

    @Override
    void close() throws Exception;

    static IllegalArgumentException none(String kind) {
        return new IllegalArgumentException("this client has no " + kind);
    }
}
