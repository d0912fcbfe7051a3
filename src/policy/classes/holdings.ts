// Which roles that rules speak of a name holds: names that hold the same are treated alike.
import { entry } from "../../core/entry.ts";
import type { CheckedPolicy } from "../engine.ts";
import { type RoleReading, writtenIn } from "./readings.ts";

export interface Holding {
  readonly definition: string;
  readonly domain: string;
  readonly role: string;
}

export type HoldingsOf = (name: string) => readonly Holding[];

/** The roles a rule may speak of, by definition. */
export type SpokenRoles = ReadonlyMap<string, ReadonlySet<string>>;

export function spokenRoles(
  { rules }: CheckedPolicy,
  readings: readonly RoleReading[],
): SpokenRoles {
  const spoken = new Map<string, Set<string>>();
  for (const { definition, written } of readings) {
    const roles = entry(spoken, definition, () => new Set<string>());
    if ("literal" in written) roles.add(written.literal);
    else for (const { fields } of rules) roles.add(writtenIn(written, fields));
  }
  return spoken;
}

/** Besides a name itself, which everybody holds. In the order of definitions, domains and roles. */
export function holdingsOf(policy: CheckedPolicy, spoken: SpokenRoles): HoldingsOf {
  const domains = new Map([...spoken.keys()].map((name) => [name, domainsByName(policy, name)]));
  return (name) =>
    [...spoken].flatMap(([definition, roles]) =>
      (domains.get(definition)?.get(name) ?? []).flatMap((domain) => {
        const held = policy.roles.get(definition)?.above(name, domain) ?? [];
        return [...held]
          .filter((role) => role !== name && roles.has(role))
          .sort()
          .map((role) => ({ definition, domain, role }));
      }),
    );
}

function domainsByName({ links }: CheckedPolicy, definition: string): Map<string, string[]> {
  const domains = new Map<string, string[]>();
  for (const { fields } of links.get(definition) ?? []) {
    const [name = "", , domain = ""] = fields;
    const known = domains.get(name);
    if (known === undefined) domains.set(name, [domain]);
    else if (!known.includes(domain)) known.push(domain);
  }
  for (const known of domains.values()) known.sort();
  return domains;
}

export function holdingKey({ definition, domain, role }: Holding): string {
  return JSON.stringify([definition, domain, role]);
}
