// Groups callers alike into roles: a greedy cover of who does what, each time by the role that spares most lines
// (in the manner of Xu and Stoller, arXiv 1403.5715, whose rules are chosen by quality until all is covered).
import { entry } from "../../core/entry.ts";
import { compare } from "../../core/compare.ts";

/** What each caller does, by the numbers of permissions. */
export type Grants = ReadonlyMap<string, ReadonlySet<number>>;

export interface Role {
  readonly members: readonly string[];
  /** In ascending order. */
  readonly permissions: readonly number[];
}

export interface Cover {
  readonly roles: readonly Role[];
  /** What no role gives, by caller. */
  readonly direct: ReadonlyMap<string, readonly number[]>;
}

/** Callers that do exactly the same. */
interface Profile {
  readonly members: readonly string[];
  readonly permissions: ReadonlySet<number>;
  readonly uncovered: Set<number>;
}

/** Of these, pairs are compared for what they have in common; all are candidates by themselves. */
const MOST_COMPARED = 150;
/** Who holds a role is read faster than what it may do. */
const COST_OF_MEMBER = 0.5;

/** Nobody gets what they did not do. */
export function coverByRoles(grants: Grants): Cover {
  const profiles = profilesOf(grants);
  const holders = indexHolders(profiles);
  const roles: Role[] = [];
  let candidates = candidatesOf(profiles).map((permissions) => rated(permissions, holders));
  for (;;) {
    candidates = candidates.filter(({ spared }) => spared > 0).sort(byMerit);
    const best = firstStillBest(candidates, holders);
    if (best === null) break;
    roles.push(take(best.permissions, holders));
  }
  return { roles, direct: directOf(profiles) };
}

function profilesOf(grants: Grants): readonly Profile[] {
  const byPermissions = new Map<string, { members: string[]; permissions: Set<number> }>();
  for (const [subject, permissions] of [...grants].sort(([one], [other]) => compare(one, other))) {
    const sorted = [...permissions].sort((one, other) => one - other);
    const key = sorted.join();
    const known = byPermissions.get(key);
    if (known === undefined) {
      byPermissions.set(key, { members: [subject], permissions: new Set(sorted) });
    } else known.members.push(subject);
  }
  return [...byPermissions.values()].map((profile) => ({
    ...profile,
    uncovered: new Set(profile.permissions),
  }));
}

/** Whole profiles, and what two of the larger ones have in common. */
function candidatesOf(profiles: readonly Profile[]): readonly (readonly number[])[] {
  const found = new Map<string, readonly number[]>();
  const note = (permissions: readonly number[]): void => {
    if (permissions.length > 0) found.set(permissions.join(), permissions);
  };
  for (const { permissions } of profiles) note([...permissions]);
  const size = ({ members, permissions }: Profile): number => members.length * permissions.size;
  const largest = profiles
    .toSorted((one, other) => size(other) - size(one))
    .slice(0, MOST_COMPARED);
  for (const [at, one] of largest.entries()) {
    for (const other of largest.slice(at + 1)) {
      note([...one.permissions].filter((permission) => other.permissions.has(permission)));
    }
  }
  return [...found.values()];
}

interface Candidate {
  readonly permissions: readonly number[];
  /** Rules that need not be written, less the role's own rules and its members. */
  readonly spared: number;
  /** Tells candidates apart, for an order among equals. */
  readonly key: string;
}

function rated(permissions: readonly number[], holdersOf: HoldersOf): Candidate {
  const needed = new Set<number>();
  let spared = 0;
  for (const { members, uncovered } of holdersOf(permissions)) {
    const gained = permissions.filter((permission) => uncovered.has(permission));
    if (gained.length === 0) continue;
    for (const permission of gained) needed.add(permission);
    spared += members.length * (gained.length - COST_OF_MEMBER);
  }
  return { permissions, spared: spared - needed.size, key: permissions.join() };
}

/** Profiles that have all of these permissions. */
type HoldersOf = (permissions: readonly number[]) => readonly Profile[];

/** Only those that have the rarest one are looked at. */
function indexHolders(profiles: readonly Profile[]): HoldersOf {
  const byPermission = new Map<number, Profile[]>();
  for (const profile of profiles) {
    for (const permission of profile.permissions) {
      entry(byPermission, permission, () => []).push(profile);
    }
  }
  return (permissions) => {
    let fewest: readonly Profile[] = profiles;
    for (const permission of permissions) {
      const list = byPermission.get(permission) ?? [];
      if (list.length < fewest.length) fewest = list;
    }
    return fewest.filter((profile) => permissions.every((each) => profile.permissions.has(each)));
  };
}

function byMerit(one: Candidate, other: Candidate): number {
  return other.spared - one.spared || compare(one.key, other.key);
}

/** What a candidate spares only falls while roles are taken, so most need not be rated again. */
function firstStillBest(sorted: Candidate[], holdersOf: HoldersOf): Candidate | null {
  for (let at = 0; at < sorted.length; at++) {
    const now = rated(sorted[at]?.permissions ?? [], holdersOf);
    sorted[at] = now;
    if (now.spared > 0 && now.spared >= (sorted[at + 1]?.spared ?? 0)) return now;
  }
  return sorted.filter(({ spared }) => spared > 0).sort(byMerit)[0] ?? null;
}

/** Only those permissions and members that gain by it. */
function take(permissions: readonly number[], holdersOf: HoldersOf): Role {
  const members: string[] = [];
  const needed = new Set<number>();
  for (const profile of holdersOf(permissions)) {
    const gained = permissions.filter((permission) => profile.uncovered.delete(permission));
    if (gained.length > 0) members.push(...profile.members);
    for (const permission of gained) needed.add(permission);
  }
  const sorted = [...needed].sort((one, other) => one - other);
  return { members: members.sort(compare), permissions: sorted };
}

function directOf(profiles: readonly Profile[]): ReadonlyMap<string, readonly number[]> {
  const rest = profiles.flatMap(({ members, uncovered }) => {
    const permissions = [...uncovered].sort((one, other) => one - other);
    return members.map((subject) => [subject, permissions] as const);
  });
  return new Map(
    rest
      .filter(([, permissions]) => permissions.length > 0)
      .sort(([one], [other]) => compare(one, other)),
  );
}
