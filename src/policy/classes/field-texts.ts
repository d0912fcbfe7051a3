// Everything that policies say of one field of a request: names, and patterns.
import type { CheckedPolicy } from "../engine.ts";
import type { Sequence } from "./atom.ts";
import { patternLanguage } from "./pattern-language.ts";
import {
  readingsOf,
  type RoleReading,
  type TextReading,
  type Written,
  writtenIn,
} from "./readings.ts";

export interface Pattern {
  readonly functionName: string;
  readonly text: string;
  readonly sequences: readonly Sequence[];
}

export interface FieldTexts {
  /** Texts it is compared with: each is different from all others. */
  readonly compared: ReadonlySet<string>;
  /** Names that role links know; those that hold the same are alike. */
  readonly linked: ReadonlySet<string>;
  /** By `patternKey`; those that can't be compared are left out. */
  readonly patterns: ReadonlyMap<string, Pattern>;
}

export function patternKey(functionName: string, text: string): string {
  return `${functionName} ${text}`;
}

/** What all these policies say of the field at this position. */
export function fieldTexts(policies: readonly CheckedPolicy[], field: number): FieldTexts {
  const texts: Growing = { compared: new Set(), linked: new Set(), patterns: new Map() };
  for (const policy of policies) {
    const { texts: readings, roles } = readingsOf(policy.model.matcher, policy.model);
    for (const reading of readings) {
      if (reading.field === field) noteTexts(reading, policy, texts);
    }
    for (const reading of roles) noteRoles(reading, { policy, field }, texts);
  }
  return texts;
}

interface Growing extends FieldTexts {
  readonly compared: Set<string>;
  readonly linked: Set<string>;
  readonly patterns: Map<string, Pattern>;
}

function noteTexts(
  { functionName, written }: TextReading,
  policy: CheckedPolicy,
  into: Growing,
): void {
  for (const text of textsOf(written, policy)) {
    if (functionName === "==") into.compared.add(text);
    else notePattern(into.patterns, functionName, text);
  }
}

interface Asked {
  readonly policy: CheckedPolicy;
  readonly field: number;
}

/** Each domain may differ from all others; a name differs by what it holds. */
function noteRoles(reading: RoleReading, { policy, field }: Asked, into: Growing): void {
  const links = policy.links.get(reading.definition) ?? [];
  if (reading.domain === field) for (const { fields } of links) into.compared.add(fields[2] ?? "");
  if (reading.field !== field) return;
  for (const text of textsOf(reading.written, policy)) into.compared.add(text);
  for (const { fields } of links) into.linked.add(fields[0] ?? "").add(fields[1] ?? "");
}

function textsOf(written: Written, { rules }: CheckedPolicy): Iterable<string> {
  if ("literal" in written) return [written.literal];
  return new Set(rules.map(({ fields }) => writtenIn(written, fields)));
}

function notePattern(patterns: Map<string, Pattern>, functionName: string, text: string): void {
  const key = patternKey(functionName, text);
  if (patterns.has(key)) return;
  const sequences = patternLanguage(functionName, text);
  if (sequences !== null) patterns.set(key, { functionName, text, sequences });
}
