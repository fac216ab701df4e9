import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * etcd through jetcd. A caller has a lease of its own, kept alive, since etcd takes two locks of one lease for one. jetcd's
 * Lock can only wait, so a try is what one writes in its place: a transaction that puts a key if it is not there.
 */
final class JetcdLocks implements Locks {
    private static final long TTL_SECONDS = 45;

    private final Client client;
    private KeptLease common;

    JetcdLocks(List<String> addresses) {
        client = Client.builder()
                .endpoints(addresses.stream().map(address -> "http://" + address).toArray(String[]::new))
                .build();
    }

    @Override
    public Mutex mutex(String kind, String name) throws Exception {
        if (!kind.equals("lock")) {
            throw Locks.none(kind);
        }
        return new Leased(client, bytes(name), null);
    }

    @Override
    public Mutex kept(String keptBy, String name) throws Exception {
        return keptBy.equals("client") ? new Leased(client, bytes(name), commonLease()) : mutex("lock", name);
    }

    private synchronized KeptLease commonLease() throws Exception {
        common = common == null ? KeptLease.grant(client) : common;
        return common;
    }

    @Override
    public AsyncMutex asyncMutex(String name) throws Exception {
        Leased mutex = new Leased(client, bytes(name), null);
        return new AsyncMutex() {
            @Override
            public CompletionStage<?> lock() {
                return mutex.lockAsync();
            }

            @Override
            public CompletionStage<?> unlock() {
                return client.getLockClient().unlock(mutex.key);
            }

            @Override
            public void close() throws Exception {
                mutex.close();
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static final class Leased implements Mutex {
        private final Client client;
        private final ByteSequence name;
        private final KeptLease lease;
        private final boolean ownLease;
        private ByteSequence key;

        /** Without a lease it makes one for itself. */
        Leased(Client client, ByteSequence name, KeptLease lease) throws Exception {
            this.client = client;
            this.name = name;
            this.ownLease = lease == null;
            this.lease = ownLease ? KeptLease.grant(client) : lease;
        }

        CompletionStage<?> lockAsync() {
            return client.getLockClient().lock(name, lease.id()).thenAccept(granted -> key = granted.getKey());
        }

        @Override
        public void lock() throws Exception {
            key = client.getLockClient().lock(name, lease.id()).get().getKey();
        }

        @Override
        public boolean tryLock() throws Exception {
            TxnResponse put = client.getKVClient()
                    .txn()
                    .If(new Cmp(name, Cmp.Op.EQUAL, CmpTarget.createRevision(0)))
                    .Then(Op.put(
                            name,
                            ByteSequence.EMPTY,
                            PutOption.builder().withLeaseId(lease.id()).build()))
                    .commit()
                    .get();
            key = put.isSucceeded() ? name : key;
            return put.isSucceeded();
        }

        @Override
        public void unlock() throws Exception {
            // deletes the key, whichever way it was put
            client.getLockClient().unlock(key).get();
        }

        @Override
        public void close() throws Exception {
            if (ownLease) {
                lease.keepAlive().close();
                client.getLeaseClient().revoke(lease.id()).get();
            }
        }
    }

    private record KeptLease(long id, CloseableClient keepAlive) {
        static KeptLease grant(Client client) throws Exception {
            long id = client.getLeaseClient().grant(TTL_SECONDS).get().getID();
            return new KeptLease(id, client.getLeaseClient().keepAlive(id, new Unheard()));
        }
    }

    private static final class Unheard implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse answer) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
