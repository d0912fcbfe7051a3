// The small vocabulary of the oracle's policies: few words, so that rules and requests meet.
import * as fc from "fast-check";
import { EFFECTS } from "../../../src/policy/model/model.ts";

export const name: fc.Arbitrary<string> = fc.constantFrom("alice", "bob", "admin", "staff", "root");
/** Also what no rule can hold, what only looks like a name, and what JavaScript's objects hold. */
export const askedName: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: name, weight: 8 },
  fc.constantFrom("", "Alice", "alice ", "__proto__", "constructor", "toString", "*", "ali\0ce"),
);
export const domain: fc.Arbitrary<string> = fc.constantFrom("d1", "d2", "*");
export const askedDomain: fc.Arbitrary<string> = fc.constantFrom("d1", "d2", "*", "", "d3");
export const act: fc.Arbitrary<string> = fc.constantFrom("GET", "POST", "*");
export const askedAct: fc.Arbitrary<string> = fc.constantFrom("GET", "POST", "*", "get", "");
/** Mostly allow, so that every effect has something to fold. */
export const eft: fc.Arbitrary<string> = fc.constantFrom("allow", "allow", "deny");

/** Those that fold rules in their own order; subjectPriority has a group of its own. */
export const effect: fc.Arbitrary<string> = fc.constantFrom(
  EFFECTS.allowOverride,
  EFFECTS.allowAndDeny,
  EFFECTS.priority,
  EFFECTS.denyOverride,
);

const segment = fc.constantFrom("", "orders", "1", "a.b", "aXb", "items", "v1", "é", "x:y", "%2F");
export const path: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.array(segment, { minLength: 1, maxLength: 4 }).map(joined), weight: 4 },
  fc.constantFrom("/", "orders", "/orders?x=/items", "/orders/1/", "//orders", "/ORDERS"),
);
export const askedPath: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: path, weight: 6 },
  fc.constantFrom("", "/orders\n1", "/orders\u2028", "/orders/1\n", "/orders/\ud800", "/orders/*"),
);

function joined(parts: readonly string[]): string {
  return `/${parts.join("/")}`;
}

/** One line of a rules file from its fields. */
export function line(ptype: string, fields: readonly string[]): string {
  return [ptype, ...fields].join(", ");
}
