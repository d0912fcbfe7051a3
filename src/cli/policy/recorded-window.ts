// Which recorded requests a command looks at: its options, and how the admin API is asked for them.
import { Option } from "commander";

export interface Narrowed {
  readonly since: string;
  readonly until?: string;
  readonly kind?: string;
  readonly route?: string;
  readonly principal?: string;
}

export function windowOptions(): Option[] {
  return [
    new Option("--since <when>", 'age or ISO-8601 time: "15m", "30d"').default("7d"),
    new Option("--until <when>", "the same, for the end"),
    new Option("--kind <kind>", "decision: what AuthZEN asked, and not what passed").choices([
      "request",
      "decision",
    ]),
    new Option("--route <name>", "only this route"),
    new Option("--principal <name>", "only this caller"),
  ];
}

/** Of options, those that narrow the recorded requests, as the admin API names them. */
export function paramsOf(narrowed: Narrowed): Record<string, string> {
  const { since, until, kind, route, principal } = narrowed;
  const all = { since, until, kind, route, principal };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
