// What is known of alerts, on disk in the data folder: so that a restart neither forgets nor repeats.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { makeFolder } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import type { Groups } from "./grouping.ts";
import type { RuleState } from "./rule-state.ts";
import type { Silence } from "./silence.ts";

export interface Saved {
  /** By rule. */
  readonly rules: ReadonlyMap<string, RuleState>;
  readonly groups: Groups;
  readonly silences: readonly Silence[];
}

const NOTHING_SAVED: Saved = { rules: new Map(), groups: new Map(), silences: [] };

const FILE = "alerts.json";

const texts = z.record(z.string(), z.string());
const moment = z.number().nullable();
const alert = z.strictObject({
  id: z.string(),
  rule: z.string(),
  state: z.enum(["pending", "firing", "resolved"]),
  labels: texts,
  annotations: texts,
  runbook: z.string(),
  value: z.number().nullable(),
  sinceMs: z.number(),
  firedAtMs: moment,
  resolvedAtMs: moment,
});
const rule = z.strictObject({
  alerts: z.array(alert),
  lookedAtMs: moment,
  unknownSinceMs: moment,
  unknownWhy: z.string(),
});
const group = z.strictObject({
  notifier: z.string(),
  labels: texts,
  told: z.array(alert),
  tried: z.array(alert),
  dueAtMs: moment,
  toldAtMs: moment,
  failures: z.number(),
  retryAtMs: z.number(),
});
const silence = z.strictObject({
  id: z.string(),
  matchers: texts,
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  comment: z.string(),
  createdBy: z.string(),
});
const saved = z.strictObject({
  version: z.literal(1),
  rules: z.array(z.tuple([z.string(), rule])),
  groups: z.array(z.tuple([z.string(), group])),
  silences: z.array(silence),
});

/** Nothing where there is no file; `fault` where there is one that can't be read. */
export function readSaved(folder: string): {
  readonly saved: Saved;
  readonly fault: string | null;
} {
  try {
    const read = saved.parse(JSON.parse(readFileSync(join(folder, FILE), "utf8")));
    const { rules, groups, silences } = read;
    return { saved: { rules: new Map(rules), groups: new Map(groups), silences }, fault: null };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") {
      return { saved: NOTHING_SAVED, fault: null };
    }
    return { saved: NOTHING_SAVED, fault: messageOf(thrown) };
  }
}

/** @throws what the file system throws. */
export function writeSaved(folder: string, { rules, groups, silences }: Saved): void {
  makeFolder(folder);
  const content = { version: 1, rules: [...rules], groups: [...groups], silences };
  replaceFile(join(folder, FILE), JSON.stringify(content), { mode: 0o600 });
}
