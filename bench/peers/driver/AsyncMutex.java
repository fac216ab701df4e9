import java.util.concurrent.CompletionStage;

/** What one caller that does not wait does with one lock: the next call is made when the one before is complete. */
interface AsyncMutex extends AutoCloseable {
    CompletionStage<?> lock();

    CompletionStage<?> unlock();

    @Override
    default void close() throws Exception {}
}
