# shellcheck shell=bash disable=SC2034,SC2154 # the scripts that source this use what it sets, and set what it uses
# The systems that bench/run measures; sourced, not run. A system is a function start_KIND that is given a variant, the part of
# the system's name after the first "-", and
#   * starts a server on loopback, with nothing kept from before, and sets PORT and PID,
#   * sets SURVIVES: what a granted lock survives, "nothing", "process" (its kill) or "machine" (its loss of power),
#   * sets NODES, the ports of all nodes, and OTHERS, the processes of the nodes besides PID, if there are more than one.
# Besides, KIND has its driver: a class of bench/peers/KIND, and the class path it needs.
# The variants: "synced" forces every grant to disk, "3" does so on two of three nodes; PORT and PID are the leader's then. To
# add one, add a case to a start function; peers are compared with the same variant of Holdfast if it is there.

declare -A LOCKS_CLASS=([holdfast]=HoldfastLocks [redis]=RedissonLocks [etcd]=JetcdLocks [zookeeper]=CuratorLocks)
SYSTEMS_KNOWN=(holdfast redis etcd zookeeper holdfast-synced redis-synced etcd-synced zookeeper-synced holdfast-3 etcd-3
    zookeeper-3)
SERVER_HEAP=2g

start_server() { # command…
    COMMAND="$*"
    "$@" >>"$WORK/java-$PORT.log" 2>&1 &
    PID=$!
    STARTED+=("$PID")
}

# A server that is started again, with AGAIN set, keeps its port and its directory.
choose_port() { [[ -n ${AGAIN:-} ]] || pick_port; }

# Where what need not survive the machine is written, without a disk being waited for.
ram_directory() { # name
    [[ -z ${AGAIN:-} ]] || return 0
    if [[ -z ${RAM:-} ]]; then
        [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs ]] || fail "/dev/shm is no RAM disk"
        RAM=$(mktemp -d /dev/shm/holdfast-bench.XXXXXX)
        SCRATCH+=("$RAM")
    fi
    DIRECTORY=$RAM/$1-$RANDOM
    mkdir -p "$DIRECTORY"
}

disk_directory() { # name
    [[ -z ${AGAIN:-} ]] || return 0
    [[ $(stat -f -c %T "$WORK") != tmpfs ]] || fail "$WORK is on a RAM disk: name a real one in TMPDIR"
    DIRECTORY=$WORK/$1-$RANDOM
    mkdir -p "$DIRECTORY"
}

# One line sent, one line back.
answers_line() { # port line pattern
    local fd line=
    { exec {fd}<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    { printf '%s\r\n' "$2" >&"$fd"; } 2>/dev/null || true
    read -rt 1 -u "$fd" line || true
    exec {fd}>&-
    # shellcheck disable=SC2053 # a pattern
    [[ $line == $3 ]]
}

wait_for_line() { # port pid line pattern
    local tries
    for ((tries = 0; tries < 2000; tries++)); do
        if answers_line "$1" "$3" "$4"; then return; fi
        kill -0 "$2" 2>/dev/null || break
        nap 0.01
    done
    tail -n 20 "$WORK/java-$1.log" >&2
    fail "the server on port $1 did not become ready"
}

# The ports of three nodes; ten above each is the one for its peers, twenty above it another. Sets NODES.
pick_three() {
    local try n
    for try in {1..50}; do
        pick_port
        NODES=("$PORT" "$((PORT + 1))" "$((PORT + 2))")
        for n in 1 2 10 11 12 20 21 22; do
            if listens $((PORT + n)); then continue 2; fi
        done
        return
    done
    fail "no nine free ports found in $try tries"
}

# Sets PORT and PID to the leader's among NODES and PIDS, and OTHERS to the other processes.
find_leader() { # command… that succeeds when the node at the port that follows leads
    local tries n
    for ((tries = 0; tries < 600; tries++)); do
        for n in 0 1 2; do
            if "$@" "${NODES[n]}" 2>/dev/null; then
                PORT=${NODES[n]} PID=${PIDS[n]} OTHERS=("${PIDS[@]:0:n}" "${PIDS[@]:n+1}")
                return
            fi
        done
        nap 0.1
    done
    tail -n 5 "$WORK"/java-*.log >&2
    fail "none of three nodes leads"
}

# Three nodes of a kind, each started by start_KIND_member with its number.
start_three() { # kind
    local n
    pick_three
    disk_directory "$1"
    SURVIVES=machine PIDS=()
    for n in 0 1 2; do
        PORT=${NODES[n]}
        "start_$1_member" "$n"
        PIDS+=("$PID")
    done
    find_leader "$1_leads"
}

# One line for each of NODES, as the template says: %n is its number, %port its port, %peer and %vote the two above it.
members() { # template
    local n line
    for n in 0 1 2; do
        line=${1//%n/$n} line=${line//%port/${NODES[n]}} line=${line//%peer/$((NODES[n] + 10))}
        echo "${line//%vote/$((NODES[n] + 20))}"
    done
}

holdfast_leads() { http_get "$1" /api/cluster | grep -q '"role":"leader"'; }
zookeeper_leads() { ask_zookeeper "$1" srvr | grep -q '^Mode: leader'; }
etcd_leads() {
    etcdctl --endpoints "127.0.0.1:$1" endpoint status -w json | grep -q '"member_id":\([0-9]*\).*"leader":\1,'
}

start_holdfast() { # variant
    local storage
    if [[ $1 == 3 ]]; then start_three holdfast; return; fi
    choose_port
    case $1 in
        '') storage=memory SURVIVES=nothing DIRECTORY=$WORK/data-$PORT ;;
        synced) storage=durable; disk_directory holdfast; SURVIVES=machine ;;
        *) fail "no such system: holdfast-$1" ;;
    esac
    # shellcheck disable=SC2046 # one word each
    start_server java $(heap_flags "$SERVER_HEAP") "${JVM_FLAGS[@]}" -Dholdfast.port="$PORT" -Dholdfast.dataDir="$DIRECTORY" \
        -Dholdfast.storage="$storage" -Dholdfast.drainMs=0 "${SERVER_FLAGS[@]}" -jar "$JAR"
    wait_ready "$PORT" "$PID" "$([[ -n ${AGAIN:-} ]] && echo /livez || echo /readyz)" # one that recovers is not ready
}

start_holdfast_member() { # number
    local peers
    peers=$(members '{"id":"n%n","address":"127.0.0.1:%peer","httpAddress":"127.0.0.1:%port"}' | paste -sd ,)
    # shellcheck disable=SC2046 # one word each
    start_server java $(heap_flags "$SERVER_HEAP") "${JVM_FLAGS[@]}" -Dholdfast.storage=replicated -Dholdfast.nodeId="n$1" \
        -Dholdfast.peers="[$peers]" -Dholdfast.dataDir="$DIRECTORY/$1" -Dholdfast.drainMs=0 -jar "$JAR"
}

start_redis() { # variant
    local durability=(--appendonly no)
    SURVIVES=nothing
    choose_port
    case $1 in
        '') ram_directory redis ;;
        synced) disk_directory redis; SURVIVES=machine; durability=(--appendonly yes --appendfsync always) ;;
        *) fail "no such system: redis-$1" ;;
    esac
    start_server redis-server --bind 127.0.0.1 --port "$PORT" --save '' "${durability[@]}" --dir "$DIRECTORY" \
        --maxclients 12000 --loglevel warning
    wait_for_line "$PORT" "$PID" PING '+PONG*'
}

start_etcd() { # variant
    local peer
    if [[ $1 == 3 ]]; then start_three etcd; return; fi
    case $1 in
        '') ram_directory etcd; SURVIVES=process ;;
        synced) disk_directory etcd; SURVIVES=machine ;;
        *) fail "no such system: etcd-$1" ;;
    esac
    choose_port
    peer=$((PORT - 12000)) # below those that choose_port draws from and that the kernel gives to clients
    start_etcd_node bench "$DIRECTORY/data" "$peer" "bench=http://127.0.0.1:$peer"
    wait_ready "$PORT" "$PID" /health
}

start_etcd_member() { # number
    start_etcd_node "e$1" "$DIRECTORY/$1" "$((PORT + 10))" "$(members 'e%n=http://127.0.0.1:%peer' | paste -sd ,)"
}

start_etcd_node() { # name directory peer_port cluster
    start_server etcd --name "$1" --data-dir "$2" --log-level error --quota-backend-bytes 8589934592 \
        --listen-client-urls "http://127.0.0.1:$PORT" --advertise-client-urls "http://127.0.0.1:$PORT" \
        --listen-peer-urls "http://127.0.0.1:$3" --initial-advertise-peer-urls "http://127.0.0.1:$3" --initial-cluster "$4"
}

start_zookeeper() { # variant
    local force=no
    if [[ $1 == 3 ]]; then start_three zookeeper; return; fi
    case $1 in
        '') ram_directory zookeeper; SURVIVES=process ;;
        synced) disk_directory zookeeper; SURVIVES=machine; force=yes ;;
        *) fail "no such system: zookeeper-$1" ;;
    esac
    choose_port
    start_zookeeper_node "$DIRECTORY" "$force"
    wait_for_line "$PORT" "$PID" ruok 'imok*'
}

start_zookeeper_member() { # number
    local peers
    mapfile -t peers < <(members 'server.%n=127.0.0.1:%peer:%vote')
    mkdir "$DIRECTORY/$1"
    echo "$1" >"$DIRECTORY/$1/myid"
    start_zookeeper_node "$DIRECTORY/$1" yes initLimit=20 syncLimit=10 "${peers[@]}"
}

start_zookeeper_node() { # directory force_sync settings…
    local directory=$1 force=$2
    shift 2
    printf '%s\n' "dataDir=$directory" "clientPort=$PORT" clientPortAddress=127.0.0.1 tickTime=2000 maxClientCnxns=0 \
        maxSessionTimeout=60000 admin.enableServer=false 4lw.commands.whitelist=ruok,mntr,srvr "$@" >"$directory/zoo.cfg"
    # shellcheck disable=SC2046
    start_server java $(heap_flags "$SERVER_HEAP") -Dzookeeper.forceSync="$force" -cp "$(<"$PEERS/target/zookeeper.classpath")" \
        org.apache.zookeeper.server.quorum.QuorumPeerMain "$directory/zoo.cfg"
}

versions() {
    echo "java=$(java -version 2>&1 | sed -n 's/.*version "\(.*\)".*/\1/p')"
    echo "holdfast=$(sed -n 's:^    <version>\(.*\)</version>.*:\1:p' "$ROOT/pom.xml" | head -n 1) $(git -C "$ROOT" describe --always --dirty 2>/dev/null || true)"
    echo "redis=$(redis-server --version | sed -n 's/.* v=\([^ ]*\).*/\1/p')"
    echo "etcd=$(etcd --version | sed -n 's/^etcd Version: //p')"
    local jar
    for jar in redisson jetcd-core curator-recipes zookeeper; do
        echo "$jar=$(cat "$PEERS"/target/*.classpath | tr ':' '\n' | sed -n "s:.*/$jar-\([0-9][^/]*\)\.jar$:\1:p" | head -n 1)"
    done
    echo "wrk=$(wrk -v 2>&1 | sed -n 's/^wrk \([^ ]*\).*/\1/p' || true)"
}
