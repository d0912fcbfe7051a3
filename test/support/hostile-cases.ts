// The hostile requests of test/fixtures/hostile, as files there have them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface HostileCase {
  readonly name: string;
  /** Latin-1. */
  readonly bytes: string;
  /** A status, or a status and the code of the problem, for each reply. */
  readonly answers: readonly (number | string)[];
  /** METHOD TARGET BODY of each request that reaches the upstream; one is enough where this is left out. */
  readonly upstream?: readonly string[];
  /** The host it names. */
  readonly host?: string;
  /** Name and value of a field that it carries. */
  readonly field?: readonly [name: string, value: string];
  /** Name of a field that it carries once, or not at all. */
  readonly present?: string;
  readonly absent?: string;
  /** Lines of its trailers. */
  readonly trailers?: readonly string[];
}

export const HOSTILE_FILES = ["smuggling", "hosts", "targets", "connections"] as const;

/** Each with its name in front, as tables of tests have it. */
export function hostileCases(
  file: (typeof HOSTILE_FILES)[number],
): readonly (readonly [string, HostileCase])[] {
  const path = join(import.meta.dirname, "../fixtures/hostile", `${file}.yaml`);
  const cases = parse(readFileSync(path, "utf8")) as readonly HostileCase[];
  return cases.map((each) => [each.name, each]);
}
