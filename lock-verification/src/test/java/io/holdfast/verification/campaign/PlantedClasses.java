package io.holdfast.verification.campaign;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the sources of a plant into a folder that goes before the real classes. */
final class PlantedClasses {
    private static final Path MODULES = Path.of("..");

    private PlantedClasses() {}

    static Path compile(Plant plant, Path folder) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Map<String, String> sources = new LinkedHashMap<>();
        for (Plant.Edit edit : plant.edits()) {
            String source = sources.get(edit.file());
            if (source == null) {
                source = Files.readString(MODULES.resolve(edit.file()));
            }
            int at = source.indexOf(edit.words());
            if (at < 0 || source.indexOf(edit.words(), at + 1) >= 0) {
                throw new IllegalStateException("'" + plant.name() + "' does not fit any more: " + edit.file()
                        + " has to have once: " + edit.words());
            }
            sources.put(edit.file(), source.replace(edit.words(), edit.instead()));
        }
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = folder.resolve(source.getKey());
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, source.getValue());
            files.add(file);
        }
        compile(plant, files, classes);
        return classes.toAbsolutePath();
    }

    private static void compile(Plant plant, List<Path> files, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"));
            boolean done = compiler.getTask(
                            said, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!done) {
                throw new IllegalStateException("'" + plant.name() + "' does not compile: " + said);
            }
        }
    }
}
