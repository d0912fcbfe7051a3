// Which recorded requests a command looks at: its options, and how the admin API is asked for them.
import { Option } from "commander";

export interface Narrowed {
  readonly since: string;
  readonly until?: string;
  readonly route?: string;
  readonly principal?: string;
}

export function windowOptions(): Option[] {
  return [
    new Option("--since <when>", 'age or ISO-8601 time: "15m", "30d"').default("7d"),
    new Option("--until <when>", "the same, for the end"),
    new Option("--route <name>", "only this route"),
    new Option("--principal <name>", "only this caller"),
  ];
}

/** Of options, those that narrow the recorded requests, as the admin API names them. */
export function paramsOf({ since, until, route, principal }: Narrowed): Record<string, string> {
  const all = { since, until, route, principal };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
