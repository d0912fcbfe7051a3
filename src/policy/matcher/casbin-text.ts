// Writes what of a matcher is casbin's to evaluate: the choice between effects, never the author's text.
import { givesNumbers } from "./expression-kinds.ts";
import type { Expression } from "../model/model.ts";

export interface ChoiceText {
  readonly text: string;
  /** What stands in it as functions, by their names; each is called with `passed`. */
  readonly conditions: ReadonlyMap<string, Expression>;
}

/** Ternaries and numbers as text, every condition as the call of a function with all fields. */
export function choiceText(matcher: Expression, passed: string): ChoiceText {
  const conditions = new Map<string, Expression>();
  const write = (part: Expression): string => {
    if (part.kind === "number") return String(part.value);
    if (part.kind === "conditional" && givesNumbers(part)) {
      return `((${condition(part.test)})?(${write(part.yes)}):(${write(part.no)}))`;
    }
    return condition(part);
  };
  const condition = (part: Expression): string => {
    const name = `condition${conditions.size}`;
    conditions.set(name, part);
    return `${name}(${passed})`;
  };
  return { text: write(matcher), conditions };
}
