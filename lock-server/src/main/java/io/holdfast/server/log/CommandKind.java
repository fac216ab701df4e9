package io.holdfast.server.log;

/** What a command does to the table. The numbers are the format. */
enum CommandKind {
    GRANTED(1),
    QUEUED(2),
    PLACE_GRANTED(3),
    DROPPED(4),
    ENDED(5),
    BREAK_BEGUN(6),
    BROKEN(7),
    DELAY_ENDED(8),
    SESSION_OPENED(9),
    SESSION_ENDED(10),
    LOSSES_ACKNOWLEDGED(11),
    FORESTALLED(12),
    FENCING_RAISED(13);

    private static final CommandKind[] ALL = values();

    private final int number;

    CommandKind(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static CommandKind of(int number) {
        for (CommandKind kind : ALL) {
            if (kind.number == number) {
                return kind;
            }
        }
        throw new DamagedLogException("no command is of kind " + number);
    }
}
