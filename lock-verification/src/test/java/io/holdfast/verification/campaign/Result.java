package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.Report;
import java.nio.file.Path;

/**
 * What came of one run.
 *
 * @param folder where its history is, if it was kept
 */
record Result(Plan plan, Report report, int expiries, int failOvers, Path folder) {}
