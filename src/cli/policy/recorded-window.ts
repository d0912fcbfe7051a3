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
    new Option(
      "--since <when>",
      "from when on: an age, as 15m or 30d, or an ISO-8601 time",
    ).default("7d"),
    new Option("--until <when>", "until when, said the same way"),
    new Option(
      "--kind <kind>",
      "only requests to services, or only decisions that AuthZEN asked for",
    ).choices(["request", "decision"]),
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
