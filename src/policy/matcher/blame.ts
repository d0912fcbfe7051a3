// Says at which term a matcher failed, and where that is written: in the model, or in a rule's condition.
import { messageOf } from "../../core/errors.ts";
import type { Expression, PolicyModel } from "../model/model.ts";
import { expressionText } from "./expression-text.ts";

/** "FILE:LINE: TERM: what is wrong"; without a place in the condition of a rule, which is named beside it. */
class TermError extends Error {}

/** Makes an error that names the term of one that was thrown in it. */
export type Blame = (error: unknown) => Error;

/** The closures of terms catch for themselves: one around each would cost a call for every rule. */
export function blameFor(
  term: Expression,
  { names, matcherSource }: Pick<PolicyModel, "names" | "matcherSource">,
): Blame {
  return (error) => {
    if (error instanceof TermError) return error;
    const words = `${expressionText(term, names)}: ${messageOf(error)}`;
    const message = matcherSource === "" ? words : `${matcherSource}: ${words}`;
    return new TermError(message, { cause: error });
  };
}
