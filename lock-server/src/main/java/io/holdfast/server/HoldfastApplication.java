package io.holdfast.server;

import io.holdfast.server.service.TimeSource;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.launcher.application.HookContext;
import io.vertx.launcher.application.VertxApplication;
import io.vertx.launcher.application.VertxApplicationHooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Main class: the Vert.x application launcher, made strict. The stock launcher only warns about a configuration it cannot
 * read and starts with an empty one, prints stack traces for a port in use, and leaves the exit code after SIGTERM to
 * chance. Here: one line on stderr and exit code 1 when the server cannot start, 2 for wrong usage, 0 after SIGTERM.
 */
public final class HoldfastApplication extends VertxApplication implements VertxApplicationHooks {
    private static final Logger LOG = LoggerFactory.getLogger(HoldfastApplication.class);

    private static final String USAGE = """
            Usage: java [-Dholdfast.KEY=VALUE ...] -jar lock-server.jar [--conf FILE|JSON] [--version] [--help]
                   java [-Dholdfast.KEY=VALUE ...] -jar lock-server.jar restore FILE [--no-holders] [--conf FILE|JSON]

              --conf FILE|JSON   configuration: a file, or a JSON object; config/lock-server.json lists every key
              restore FILE       put a backup into dataDir, which must be empty, and exit
              --no-holders       nobody believes in any lock, so the restored server need not wait before it grants
              --version          print the version and exit
              --help             print this and exit

            A key is looked for as system property holdfast.defaultTtlMs, then as environment variable
            HOLDFAST_DEFAULT_TTL_MS, then in --conf. Exit codes: 0 after SIGTERM, 1 cannot start, 2 wrong usage.""";

    private static final int EXIT_CANNOT_START = 1;
    private static final int EXIT_WRONG_USAGE = 2;
    /** One for the verticle and one for whatever else Vert.x runs; all lock work is on the first. */
    private static final int EVENT_LOOPS = 2;

    private static final int WORKERS = 4;
    /** How many threads Java has for work that nobody has named threads for. */
    private static final String COMMON_THREADS = "java.util.concurrent.ForkJoinPool.common.parallelism";

    private JsonObject conf = new JsonObject();

    private HoldfastApplication(String[] args) {
        super(args);
    }

    /** Starts the server and returns once it listens; the process ends by a signal. */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("restore")) {
            restore(args);
            return;
        }
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                System.out.println(USAGE);
                return;
            }
            if (args[i].equals("--version") || args[i].equals("-version")) {
                System.out.println("Holdfast " + version());
                return;
            }
            String conf = confArgument(args, i);
            if (conf != null) {
                JsonObject unused = requireReadable(conf);
            }
        }
        keepCommonThreads();
        new HoldfastApplication(args).launch();
    }

    /** With two processors it would start a thread for each task instead: for each entry that a follower appends. */
    private static void keepCommonThreads() {
        if (System.getProperty(COMMON_THREADS) == null && Runtime.getRuntime().availableProcessors() <= 2) {
            System.setProperty(COMMON_THREADS, "2");
        }
    }

    /** The version in the jar's manifest. */
    static String version() {
        String version = HoldfastApplication.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    @Override
    public @Nullable JsonObject afterConfigParsed(@Nullable JsonObject parsed) {
        if (parsed != null) {
            conf = parsed;
        }
        return parsed;
    }

    @Override
    public VertxBuilder createVertxBuilder(VertxOptions options) {
        options.setEventLoopPoolSize(EVENT_LOOPS).setWorkerPoolSize(WORKERS).setInternalBlockingPoolSize(WORKERS);
        try {
            LockServerConfig config = LockServerConfig.read(conf, System.getenv(), System.getProperties());
            return Transports.builder(options, config.ioUring());
        } catch (StartupException e) {
            fail(describe(e));
            throw e;
        }
    }

    /** Out of memory, or worse: a server whose event loop is dead must not keep the port and the data directory. */
    @Override
    public void afterVertxStarted(HookContext context) {
        context.vertx().exceptionHandler(HoldfastApplication::uncaught);
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught(failure));
    }

    private static void uncaught(Throwable failure) {
        if (failure instanceof VirtualMachineError) {
            fail("cannot go on: " + failure);
        }
        LOG.error("Unexpected failure", failure);
    }

    @Override
    public void afterFailureToDeployVerticle(HookContext context, @Nullable Throwable failure) {
        fail(failure == null ? "the server did not start in time" : describe(failure));
    }

    @Override
    public void afterVertxStopped(HookContext context) {
        Runtime.getRuntime().halt(0);
    }

    @Override
    public void afterFailureToStopVertx(HookContext context, @Nullable Throwable failure) {
        System.err.println("holdfast: did not stop cleanly" + (failure == null ? "" : ": " + describe(failure)));
        Runtime.getRuntime().halt(EXIT_CANNOT_START);
    }

    private static @Nullable String confArgument(String[] args, int index) {
        String arg = args[index];
        if (arg.equalsIgnoreCase("--conf") || arg.equalsIgnoreCase("-conf")) {
            return index + 1 < args.length ? args[index + 1] : null;
        }
        int equals = arg.indexOf('=');
        boolean inline = equals > 0
                && arg.substring(0, equals).toLowerCase(java.util.Locale.ROOT).matches("--?conf");
        return inline ? arg.substring(equals + 1) : null;
    }

    private static void restore(String[] args) {
        JsonObject conf = new JsonObject();
        String file = null;
        boolean noHolders = false;
        for (int i = 1; i < args.length; i++) {
            String given = confArgument(args, i);
            if (given != null) {
                conf = requireReadable(given);
                i += args[i].indexOf('=') > 0 ? 0 : 1;
            } else if (args[i].equals("--no-holders")) {
                noHolders = true;
            } else if (file == null && !args[i].startsWith("-")) {
                file = args[i];
            } else {
                wrongUsage("restore does not know " + args[i]);
            }
        }
        if (file == null) {
            wrongUsage("restore needs the file of a backup");
            return;
        }
        try {
            LockServerConfig config = LockServerConfig.read(conf, System.getenv(), System.getProperties());
            long wallMillis = TimeSource.system().wallMillis();
            String storageId = UUID.randomUUID().toString();
            System.out.println("holdfast: " + Restore.run(config, Path.of(file), noHolders, wallMillis, storageId));
        } catch (StartupException e) {
            fail(describe(e));
        }
    }

    private static void wrongUsage(String message) {
        System.err.println("holdfast: " + message + System.lineSeparator() + USAGE);
        Runtime.getRuntime().halt(EXIT_WRONG_USAGE);
    }

    private static JsonObject requireReadable(String conf) {
        boolean json = conf.trim().startsWith("{");
        try {
            return new JsonObject(json ? conf : Files.readString(Path.of(conf)));
        } catch (IOException | InvalidPathException e) {
            fail("cannot read configuration file " + conf);
        } catch (DecodeException | ClassCastException e) {
            fail((json ? "--conf" : "configuration file " + conf) + " is not a JSON object");
        }
        throw new IllegalStateException("the process has ended");
    }

    /** Says why and ends the process at once: nothing that is under way may be answered any more. */
    static void fail(String message) {
        System.err.println("holdfast: " + message);
        // Not exit: the launcher's shutdown hook would stop the server "cleanly" and end with 0.
        Runtime.getRuntime().halt(EXIT_CANNOT_START);
    }

    /** A failure in one line, fit to be shown. */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof StartupException && message != null ? message : failure.toString();
    }
}
