package io.holdfast.verification.checker;

import java.util.List;

/**
 * A rule was broken.
 *
 * @param subject the resource it was about
 * @param summary what went wrong, in a sentence
 * @param proof the operations that prove it and what follows from each, in plain words
 */
public record Violation(Rule rule, String subject, String summary, List<String> proof) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(rule).append(" of '").append(subject).append("': ").append(summary);
        proof.forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }
}
