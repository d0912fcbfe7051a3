// Says why a policy's regular expression is refused: invalid, or no bound on its time is known.
import { messageOf } from "../../core/errors.ts";
import { boundedRegex } from "./bounded-regex.ts";
import { RegexError } from "./regex-program.ts";

/** "" where the pattern is fine. */
export function regexFault(pattern: string): string {
  try {
    boundedRegex(pattern);
    return "";
  } catch (error) {
    if (error instanceof RegexError) return messageOf(error);
    const advice = pattern.startsWith("*") ? "; any text is .*" : "";
    return `not a valid regular expression: ${pattern}${advice}`;
  }
}

/** As regexFault, for functions that need RegExp itself, as for its groups. */
export function backtrackingFault(pattern: string): string {
  const fault = regexFault(pattern);
  if (fault !== "" || boundedRegex(pattern) instanceof RegExp) return fault;
  return "it may take for ages on a long path; write fewer wildcards";
}
