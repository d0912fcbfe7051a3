// What policies/README.md says of values that casbin would convert, as functions for casbin to call instead of its operators.
import type { Enforcer } from "casbin";

/** A piece of a matcher as people write it, and with the functions of this file for its operators. */
export interface Piece {
  readonly plain: string;
  readonly named: string;
}

type Operation = (...values: readonly unknown[]) => unknown;

interface Named {
  readonly casbins: Operation;
  readonly ours: Operation;
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;
const isStructure = (value: unknown): boolean => typeof value === "object" && value !== null;

function never(): never {
  throw new Error("a named deviation");
}

/** "Two values that are missing", and "a list or an object as a word". */
function equality(casbins: Operation, isEqual: boolean): Named {
  const ours: Operation = (one, other) => {
    if (one === null && other === null) return isEqual;
    if (isMissing(one) && isMissing(other)) return never();
    return isStructure(one) || isStructure(other) ? !isEqual : casbins(one, other);
  };
  return { casbins, ours };
}

/** "Reckoning with what is no number". */
function reckoning(casbins: (one: never, other: never) => unknown): Named {
  const operation = casbins as Operation;
  const ours: Operation = (one, other) => {
    const isNone = [one, other].some((value) => isMissing(value) || isStructure(value));
    return isNone ? never() : operation(one, other);
  };
  return { casbins: operation, ours };
}

/** As above; what is missing has no order, so nothing is asked of the other. */
function order(casbins: (one: never, other: never) => unknown): Named {
  const reckoned = reckoning(casbins);
  const isUndefined = (value: unknown): boolean => value === undefined;
  const ours: Operation = (...both) => (both.some(isUndefined) ? false : reckoned.ours(...both));
  return { ...reckoned, ours };
}

/* oxlint-disable eqeqeq -- casbin's operators are JavaScript's. */
const NAMED: Readonly<Record<string, Named>> = {
  same: equality((one, other) => one == other, true),
  differ: equality((one, other) => one != other, false),
  identical: equality((one, other) => one === other, true),
  distinct: equality((one, other) => one !== other, false),
  less: order((one, other) => one < other),
  atMost: order((one, other) => one <= other),
  more: order((one, other) => one > other),
  atLeast: order((one, other) => one >= other),
  plus: reckoning((one, other) => one + other),
  minus: reckoning((one, other) => one - other),
  times: reckoning((one, other) => one * other),
  over: reckoning((one, other) => one / other),
  rest: reckoning((one, other) => one % other),
  among: {
    casbins: (value, ...list) => list.includes(value),
    ours: (value, ...list) => list.some((item) => NAMED["identical"]?.ours(item, value)),
  },
  within: {
    casbins: (value, container) =>
      Array.isArray(container)
        ? container.includes(value)
        : (value as string) in (container as object),
    ours: (value, container) => isWithin(value, container),
  },
  // "A function of what is no text".
  text: {
    casbins: (value) => value,
    ours: (value) => (typeof value === "string" ? value : never()),
  },
  // "A number for a condition".
  truth: {
    casbins: (value) => (isMissing(value) || isStructure(value) ? value : Boolean(value)),
    ours: truth,
  },
};
/* oxlint-enable eqeqeq */

/** "What only a prototype has". */
function isWithin(value: unknown, container: unknown): boolean {
  if (typeof container !== "object" || container === null) return never();
  if (Array.isArray(container)) return !isStructure(value) && container.includes(value);
  return typeof value === "string" && Object.hasOwn(container, value);
}

function truth(value: unknown): boolean {
  if (isMissing(value) || value === 0) return false;
  if (typeof value === "boolean" || typeof value === "string") return Boolean(value);
  return value === 1 ? true : never();
}

/** Casbin with the functions of this file, and whether they ever gave what its operators would not. */
export class NamedDifferences {
  #differed = false;

  async teach(casbin: Enforcer): Promise<void> {
    for (const [name, { ours, casbins }] of Object.entries(NAMED)) {
      await casbin.addFunction(name, (...values: unknown[]) => {
        const weirs = outcomeOf(() => ours(...values));
        const theirs = outcomeOf(() => casbins(...values));
        this.#differed ||= !Object.is(weirs, theirs);
        if (weirs === THROWN) throw new Error(name);
        return weirs as boolean | number | string;
      });
    }
  }

  /** Since this was last asked. */
  take(): boolean {
    const differed = this.#differed;
    this.#differed = false;
    return differed;
  }
}

const THROWN = Symbol("thrown");

function outcomeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return THROWN;
  }
}
