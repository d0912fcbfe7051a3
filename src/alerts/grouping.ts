// Which messages are due: alerts that share labels are told together, changes soon, what goes on now and then.
import type { Alert } from "./rule-state.ts";
import type { GroupOptions } from "./notifier-options.ts";

/** What one of those who are told knows of alerts that share labels. */
export interface Group {
  readonly notifier: string;
  /** Shared by all of its alerts. */
  readonly labels: Readonly<Record<string, string>>;
  /** Firing alerts that were told. */
  readonly told: readonly Alert[];
  /** Firing alerts that somebody tried to tell since: how they end must be told, too. */
  readonly tried: readonly Alert[];
  /** When the change that waits is told; null: none waits. */
  readonly dueAtMs: number | null;
  readonly toldAtMs: number | null;
  /** In a row. */
  readonly failures: number;
  /** Not before. */
  readonly retryAtMs: number;
}

export interface Message {
  readonly key: string;
  readonly group: Group;
  readonly firing: readonly Alert[];
  /** Told or tried before, and over by now. */
  readonly resolved: readonly Alert[];
}

export type Groups = ReadonlyMap<string, Group>;

export interface Wish {
  readonly notifier: string;
  readonly group: GroupOptions;
  /** Those for this one, silenced ones among them. */
  readonly firing: readonly Alert[];
}

export interface Situation {
  readonly wishes: readonly Wish[];
  readonly isSilenced: (alert: Alert) => boolean;
  readonly nowMs: number;
}

/** Groups as they are from now on, and what is to be sent. A group that nobody need hear of is gone. */
export function planMessages(
  before: Groups,
  { wishes, isSilenced, nowMs }: Situation,
): { readonly groups: Groups; readonly messages: readonly Message[] } {
  const groups = new Map<string, Group>();
  const messages: Message[] = [];
  for (const wish of wishes) {
    const firing = Map.groupBy(wish.firing, (alert) => keyOf(wish, alert));
    const known = [...before].filter(([, { notifier }]) => notifier === wish.notifier);
    for (const key of new Set([...firing.keys(), ...known.map(([each]) => each)])) {
      const all = firing.get(key) ?? [];
      const group = before.get(key) ?? emptyGroup(wish, all[0]);
      const next = step({ key, group, all, isSilenced, nowMs, options: wish.group });
      if (next === null) continue;
      groups.set(key, next.group);
      if (next.message !== null) messages.push(next.message);
    }
  }
  return { groups, messages };
}

interface Step {
  readonly key: string;
  readonly group: Group;
  readonly all: readonly Alert[];
  readonly isSilenced: Situation["isSilenced"];
  readonly nowMs: number;
  readonly options: GroupOptions;
}

function step({ key, group, all, isSilenced, nowMs, options }: Step) {
  const firing = all.filter((alert) => !isSilenced(alert));
  const resolved = overOf(group, all);
  if (firing.length + resolved.length + group.told.length === 0) return null;
  const isChanged = resolved.length > 0 || !isTold(group, firing);
  const dueAtMs = isChanged ? (group.dueAtMs ?? nowMs + options.waitMs) : null;
  const waiting = { ...group, dueAtMs };
  const sendAtMs = dueAtMs ?? repeatAtMs(group, firing, options);
  if (Math.max(sendAtMs, group.retryAtMs) > nowMs) return { group: waiting, message: null };
  const tried = { ...waiting, tried: united(group.tried, firing) };
  return { group: tried, message: { key, group: tried, firing, resolved } };
}

function isTold({ told }: Group, alerts: readonly Alert[]): boolean {
  const ids = new Set(told.map(({ id }) => id));
  return alerts.every(({ id }) => ids.has(id));
}

function repeatAtMs(group: Group, firing: readonly Alert[], { repeatMs }: GroupOptions): number {
  return firing.length === 0 ? Infinity : (group.toldAtMs ?? 0) + repeatMs;
}

/** What `group` knows once a message arrived. */
export function toldGroup(
  group: Group,
  { firing, resolved }: Pick<Message, "firing" | "resolved">,
  nowMs: number,
): Group {
  const over = new Set(resolved.map(({ id }) => id));
  const silenced = group.told.filter(({ id }) => !over.has(id));
  const told = united(silenced, firing);
  return { ...group, told, tried: [], dueAtMs: null, toldAtMs: nowMs, failures: 0, retryAtMs: 0 };
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

/** What it knows once one did not; the next try says how things are by then. */
export function failedGroup(group: Group, nowMs: number): Group {
  const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** group.failures, LONGEST_RETRY_MS);
  return { ...group, failures: group.failures + 1, retryAtMs: nowMs + pauseMs };
}

/** What was told or tried and fires no more, as it was; silenced alerts that fire are not over. */
function overOf({ told, tried }: Group, firing: readonly Alert[]): readonly Alert[] {
  const ids = new Set(firing.map(({ id }) => id));
  return united(told, tried).filter(({ id }) => !ids.has(id));
}

/** The newer of the same alert. */
function united(older: readonly Alert[], newer: readonly Alert[]): readonly Alert[] {
  return [...new Map([...older, ...newer].map((alert) => [alert.id, alert])).values()];
}

function keyOf({ notifier, group }: Wish, alert: Alert): string {
  return JSON.stringify([notifier, ...group.by.map((label) => alert.labels[label] ?? "")]);
}

function emptyGroup({ notifier, group }: Wish, alert: Alert | undefined): Group {
  const labels = group.by.map((label) => [label, alert?.labels[label] ?? ""]);
  return {
    notifier,
    labels: Object.fromEntries(labels) as Group["labels"],
    told: [],
    tried: [],
    dueAtMs: null,
    toldAtMs: null,
    failures: 0,
    retryAtMs: 0,
  };
}
