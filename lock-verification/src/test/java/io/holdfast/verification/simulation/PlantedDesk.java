package io.holdfast.verification.simulation;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.AcquireOutcome;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import io.holdfast.server.service.Caller;
import io.holdfast.server.service.LockService;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Desks that serve wrongly. The run ends at the first rule that is broken, so they need not do anything else right. */
final class PlantedDesk {
    private PlantedDesk() {}

    static Desk of(Plant plant, LockService service, LockTable table) {
        return switch (plant) {
            case STALE_HEARTBEAT_CONFIRMED -> new ConfirmsEverything(service);
            case RELEASE_WAKES_NOBODY -> new WakesNobody(service, table);
            case CANCEL_DOES_NOTHING -> new CancelsNothing(service);
            case TRY_OVERTAKES -> new LetsOvertake(service, table);
            case SESSION_RESURRECTED -> new Resurrects(service);
            case SESSION_CLOSE_LEAVES_LOCKS -> new ClosesNothing(service);
            case GRACE_CUT_SHORT -> new CutsGraces(service, table);
            case LOSS_FORGOTTEN_BEFORE_HEARD -> new ForgetsLosses(service, table);
            case WANTED_NOT_TOLD -> new TellsNobody(service);
            default -> new Desk(service);
        };
    }

    private static final class ConfirmsEverything extends Desk {
        private ConfirmsEverything(LockService service) {
            super(service);
        }

        @Override
        LockAnswer heartbeat(TokenRequest request) {
            LockAnswer answer = super.heartbeat(request);
            return answer.status() == Status.HEARTBEAT_RECEIVED
                    ? answer
                    : LockAnswer.heartbeatReceived(request.lockToken());
        }
    }

    private static final class WakesNobody extends Desk {
        private final LockTable table;

        private WakesNobody(LockService service, LockTable table) {
            super(service);
            this.table = table;
        }

        @Override
        LockAnswer release(TokenRequest request) {
            Hold hold = table.heldUnder(request.resourceName(), Token.parse(request.lockToken()));
            if (hold == null) {
                return super.release(request);
            }
            table.end(hold, EndReason.RELEASED);
            return LockAnswer.released();
        }
    }

    private static final class Resurrects extends Desk {
        private Resurrects(LockService service) {
            super(service);
        }

        @Override
        SessionBeaten beat(SessionRequest request) {
            SessionBeaten beaten = super.beat(request);
            return beaten != null
                    ? beaten
                    : new SessionBeaten(SimulatedServer.DEFAULT_TTL_MS, 0, List.of(), List.of(), false);
        }
    }

    private static final class ClosesNothing extends Desk {
        private ClosesNothing(LockService service) {
            super(service);
        }

        @Override
        LockAnswer close(SessionRequest request) {
            return LockAnswer.refused(Status.CLOSED, "Session closed successfully");
        }
    }

    private static final class CutsGraces extends Desk {
        private final LockTable table;

        private CutsGraces(LockService service, LockTable table) {
            super(service);
            this.table = table;
        }

        @Override
        void breakHolds(BreakRequest request, Caller caller) {
            super.breakHolds(request, caller);
            Resource resource = table.find(request.resourceName());
            if (resource != null) {
                List.copyOf(resource.delays().keySet()).forEach(epoch -> table.endDelay(request.resourceName(), epoch));
            }
        }
    }

    private static final class ForgetsLosses extends Desk {
        private final LockTable table;

        private ForgetsLosses(LockService service, LockTable table) {
            super(service);
            this.table = table;
        }

        @Override
        @Nullable
        SessionBeaten beat(SessionRequest request) {
            SessionBeaten beaten = super.beat(request);
            Session session = table.session(Token.parse(request.sessionId()));
            if (beaten != null && session != null) {
                table.acknowledge(session, beaten.seq());
            }
            return beaten;
        }
    }

    private static final class TellsNobody extends Desk {
        private TellsNobody(LockService service) {
            super(service);
        }

        @Override
        @Nullable
        SessionBeaten beat(SessionRequest request) {
            SessionBeaten told = super.beat(request);
            return told == null
                    ? null
                    : new SessionBeaten(told.remainingMs(), told.seq(), told.lost(), List.of(), told.draining());
        }
    }

    private static final class CancelsNothing extends Desk {
        private CancelsNothing(LockService service) {
            super(service);
        }

        @Override
        LockAnswer cancel(CancelRequest request) {
            return LockAnswer.cancelled();
        }
    }

    private static final class LetsOvertake extends Desk {
        private final LockTable table;
        private long drawn;

        private LetsOvertake(LockService service, LockTable table) {
            super(service);
            this.table = table;
        }

        @Override
        void acquire(AcquireRequest request, Caller caller) {
            // Only shared holders leave room while somebody waits.
            if (request.terms().waitMs() > 0 || request.claim().mode() != LockMode.SHARED) {
                super.acquire(request, caller);
                return;
            }
            Part part = new Part(request.claim().resourceName(), Claim.SHARED);
            Terms terms = new Terms(SimulatedServer.DEFAULT_TTL_MS, 0, Map.of());
            AcquireOutcome outcome = table.acquire(
                    new AcquireCommand(
                            List.of(part), request.terms().clientId(), null, null, terms, new Token(-1, ++drawn), 0),
                    true);
            if (outcome.kind() == AcquireOutcome.Kind.GRANTED) {
                Hold hold = outcome.requireHold();
                caller.answer(LockAnswer.acquired(
                        hold.token().toHex(), hold.fencingToken(), terms.ttlMillis(), terms.ttlMillis()));
            } else {
                super.acquire(request, caller);
            }
        }
    }
}
