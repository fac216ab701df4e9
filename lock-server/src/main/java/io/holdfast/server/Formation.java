package io.holdfast.server;

import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.ClusterAnswer;
import io.holdfast.server.log.Member;
import io.holdfast.server.log.NodeFile;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a node whose directory is empty finds out whom it belongs to, before it votes for anybody. A vote that was given is
 * never given again, and an entry that was acknowledged is never denied; a node that lost its directory has forgotten both,
 * so it must not come back under the name of what it was. Each node draws a {@code storageId} with its directory and asks
 * the others:
 *
 * <ul>
 *   <li>all of them are new as well: they are the cluster;
 *   <li>there is a cluster, and this node with this very directory is in it: it begins with them;
 *   <li>there is a cluster that knows this name with another directory: it is refused;
 *   <li>there is a cluster without it: it waits to be added.
 * </ul>
 *
 * Confined to the event loop.
 */
final class Formation {
    private static final long ASK_AGAIN_MS = 200;
    private static final int TIMEOUT_MS = 5_000;

    private final Vertx vertx;
    private final ClusterConfig config;
    private final NodeFile.Content self;
    private final HttpClient client;
    private final Map<String, ClusterAnswer> answers = new LinkedHashMap<>();
    private final Promise<List<Member>> members = Promise.promise();
    private final Consumer<List<ClusterConfig.Peer>> waitingFor;

    Formation(Vertx vertx, ClusterConfig config, NodeFile.Content self, Consumer<List<ClusterConfig.Peer>> waitingFor) {
        this.vertx = vertx;
        this.config = config;
        this.self = self;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(TIMEOUT_MS));
        this.waitingFor = waitingFor;
    }

    /** The members to begin with; empty if this node has to wait until it is added. Fails if it may not take part. */
    Future<List<Member>> members() {
        ask();
        vertx.setTimer(10 * ASK_AGAIN_MS, id -> tellWhomWeWaitFor());
        return members.future().onComplete(done -> client.close());
    }

    private void tellWhomWeWaitFor() {
        if (!members.future().isComplete()) {
            waitingFor.accept(others().stream()
                    .filter(peer -> !answers.containsKey(peer.id()))
                    .toList());
        }
    }

    private List<ClusterConfig.Peer> others() {
        return config.peers().stream()
                .filter(peer -> !peer.id().equals(config.nodeId()))
                .toList();
    }

    private void ask() {
        List<Future<?>> asked = new ArrayList<>();
        for (ClusterConfig.Peer peer : others()) {
            asked.add(ask(client, peer.httpAddress()).onSuccess(answer -> answers.put(peer.id(), answer)));
        }
        Future.join(asked).onComplete(done -> decide());
        if (asked.isEmpty()) {
            decide();
        }
    }

    /** Asks a node who it is. */
    static Future<ClusterAnswer> ask(HttpClient client, String httpAddress) {
        return client.request(new RequestOptions()
                        .setServer(ClusterConfig.socketAddress(httpAddress))
                        .setMethod(HttpMethod.GET)
                        .setURI(ApiPaths.CLUSTER)
                        .setTimeout(TIMEOUT_MS))
                .compose(request -> request.send())
                .compose(response -> response.body())
                .map(Formation::read);
    }

    private static ClusterAnswer read(Buffer body) {
        try {
            return ClusterAnswer.read(body.getBytes());
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void decide() {
        try {
            List<Member> found = found();
            if (found != null) {
                members.tryComplete(found);
                return;
            }
        } catch (StartupException e) {
            members.tryFail(e);
            return;
        }
        vertx.setTimer(ASK_AGAIN_MS, id -> ask());
    }

    /** Null as long as it cannot be told. */
    private @Nullable List<Member> found() {
        for (ClusterConfig.Peer peer : others()) {
            ClusterAnswer answer = answers.get(peer.id());
            if (answer != null && !answer.nodeId().equals(peer.id())) {
                throw new StartupException("peers: at " + peer.httpAddress() + " is node \"" + answer.nodeId()
                        + "\", not \"" + peer.id() + "\"");
            }
            if (answer != null && answer.isFormed()) {
                return membersOf(answer);
            }
        }
        return answers.size() == others().size() ? allNew() : null;
    }

    private List<Member> membersOf(ClusterAnswer cluster) {
        ClusterAnswer.Node me = cluster.node(config.nodeId());
        if (me == null) {
            return List.of();
        }
        if (!self.storageId().equals(me.storageId())) {
            throw new StartupException(
                    "node \"" + config.nodeId() + "\" is a member of the cluster, but not with this data"
                            + " directory, so it has forgotten what it acknowledged: remove it from the cluster and add it under a"
                            + " new nodeId, or give it back its directory");
        }
        return cluster.nodes().stream().map(Formation::member).toList();
    }

    private static Member member(ClusterAnswer.Node node) {
        String storageId = node.storageId();
        return new Member(node.id(), storageId == null ? "" : storageId, node.address(), node.httpAddress());
    }

    private List<Member> allNew() {
        List<Member> all = new ArrayList<>();
        for (ClusterConfig.Peer peer : config.peers()) {
            ClusterAnswer answer = answers.get(peer.id());
            ClusterAnswer.Node node = answer == null ? null : answer.node(peer.id());
            String storageId =
                    peer.id().equals(config.nodeId()) ? self.storageId() : node == null ? null : node.storageId();
            if (storageId == null) {
                throw new StartupException("node \"" + peer.id() + "\" does not say which directory it has");
            }
            all.add(new Member(peer.id(), storageId, peer.address(), peer.httpAddress()));
        }
        return List.copyOf(all);
    }
}
