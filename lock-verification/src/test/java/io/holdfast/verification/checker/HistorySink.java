package io.holdfast.verification.checker;

/** Takes a history, event by event, in the order of their times. Implementations belong to one thread. */
public interface HistorySink {
    void called(HistoryEvent.Call call);

    void answered(HistoryEvent.Answer answer);

    void believed(HistoryEvent.Belief belief);

    void stored(HistoryEvent.Stored stored);

    void fault(HistoryEvent.Fault fault);

    void outage(HistoryEvent.Outage outage);

    void journaled(HistoryEvent.Journal entry);
}
