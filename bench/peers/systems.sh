# shellcheck shell=bash disable=SC2034,SC2154 # the scripts that source this use what it sets, and set what it uses
# The systems that bench/run measures; sourced, not run. A system is a function start_KIND that is given a variant, the part of
# the system's name after the first "-", and
#   * starts a server on loopback, with nothing kept from before, and sets PORT and PID,
#   * sets SURVIVES: what a granted lock survives, "nothing", "process" (its kill) or "machine" (its loss of power).
# Besides, KIND has its driver: a class of bench/peers/KIND, and the class path it needs.
# To add a variant, e.g. one that forces every grant to disk or one of three nodes, add a case to its start function; SURVIVES
# (and a "-3" in the name, for three nodes) decides what it is compared with.

declare -A LOCKS_CLASS=([holdfast]=HoldfastLocks [redis]=RedissonLocks [etcd]=JetcdLocks [zookeeper]=CuratorLocks)
SYSTEMS_KNOWN=(holdfast redis etcd zookeeper holdfast-synced redis-synced etcd-synced zookeeper-synced)
SERVER_HEAP=1g

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

start_holdfast() { # variant
    local storage
    choose_port
    case $1 in
        '') storage=memory SURVIVES=nothing DIRECTORY=$WORK/data-$PORT ;;
        synced) storage=durable; disk_directory holdfast; SURVIVES=machine ;;
        *) fail "no such system: holdfast-$1" ;;
    esac
    # shellcheck disable=SC2046 # one word each
    start_server java $(heap_flags "$SERVER_HEAP") -Dholdfast.port="$PORT" -Dholdfast.dataDir="$DIRECTORY" \
        -Dholdfast.storage="$storage" -Dholdfast.drainMs=0 "${SERVER_FLAGS[@]}" -jar "$JAR"
    wait_ready "$PORT" "$PID" "$([[ -n ${AGAIN:-} ]] && echo /livez || echo /readyz)" # one that recovers is not ready
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
    case $1 in
        '') ram_directory etcd; SURVIVES=process ;;
        synced) disk_directory etcd; SURVIVES=machine ;;
        *) fail "no such system: etcd-$1" ;;
    esac
    choose_port
    peer=$((PORT + 12000)) # above those that choose_port draws from
    start_server etcd --name bench --data-dir "$DIRECTORY/data" --log-level error --quota-backend-bytes 8589934592 \
        --listen-client-urls "http://127.0.0.1:$PORT" --advertise-client-urls "http://127.0.0.1:$PORT" \
        --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
        --initial-cluster "bench=http://127.0.0.1:$peer"
    wait_ready "$PORT" "$PID" /health
}

start_zookeeper() { # variant
    local force=no
    case $1 in
        '') ram_directory zookeeper; SURVIVES=process ;;
        synced) disk_directory zookeeper; SURVIVES=machine; force=yes ;;
        *) fail "no such system: zookeeper-$1" ;;
    esac
    choose_port
    printf '%s\n' "dataDir=$DIRECTORY" "clientPort=$PORT" clientPortAddress=127.0.0.1 tickTime=2000 maxClientCnxns=0 \
        maxSessionTimeout=60000 admin.enableServer=false 4lw.commands.whitelist=ruok,mntr >"$DIRECTORY/zoo.cfg"
    # shellcheck disable=SC2046
    start_server java $(heap_flags "$SERVER_HEAP") -Dzookeeper.forceSync="$force" -cp "$(<"$PEERS/target/zookeeper.classpath")" \
        org.apache.zookeeper.server.ZooKeeperServerMain "$DIRECTORY/zoo.cfg"
    wait_for_line "$PORT" "$PID" ruok 'imok*'
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
