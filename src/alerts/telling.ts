// Tells people and programs what fires and what is over: grouped, once, again after a failure, never twice for a restart.
import { createHash } from "node:crypto";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { failedGroup, type Groups, type Message, planMessages, toldGroup } from "./grouping.ts";
import type { LoadedAlerts } from "./load-alerts.ts";
import type { GroupOptions, NotifierOptions } from "./notifier-options.ts";
import { ALERTMANAGER_GROUP } from "./notifiers/alertmanager.ts";
import { type Act, createNotifier } from "./notifiers/create-notifier.ts";
import type { Notification } from "./notifiers/notifier.ts";
import type { Alert, RuleState } from "./rule-state.ts";

export interface TellingParts {
  readonly loaded: () => LoadedAlerts;
  readonly states: () => ReadonlyMap<string, RuleState>;
  readonly isSilenced: (alert: Alert) => boolean;
  readonly initial: Groups;
  /** Does what is asked inside weir. */
  readonly act: Act;
  /** Told when what was told is to be saved. */
  readonly changed: () => void;
  readonly instance: string;
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface TellingCounts {
  readonly sent: number;
  readonly failed: number;
  /** Why the newest try failed; empty where it did not. */
  readonly lastError: string;
}

/** Those that have a way of their own, whatever the file says. */
const GROUPS: Partial<Readonly<Record<NotifierOptions["kind"], GroupOptions>>> = {
  alertmanager: ALERTMANAGER_GROUP,
  // At once, and once: what it did ends by itself.
  action: { by: ["alert", "service", "upstream"], waitMs: 0, repeatMs: Infinity },
};
const TIMEOUT_MS = 10_000;
const NO_COUNTS: TellingCounts = { sent: 0, failed: 0, lastError: "" };

export class Telling {
  readonly #parts: TellingParts;
  readonly #stopping = new AbortController();
  /** By notifier: one message at a time each, so that none floods its receiver nor holds up another. */
  readonly #flying = new Map<string, Promise<void>>();
  readonly #counts = new Map<string, TellingCounts>();
  #groups: Groups;

  constructor(parts: TellingParts) {
    this.#parts = parts;
    this.#groups = parts.initial;
  }

  get groups(): Groups {
    return this.#groups;
  }

  countsOf(notifier: string): TellingCounts {
    return this.#counts.get(notifier) ?? NO_COUNTS;
  }

  /** Sends what is due, and does not wait for it. */
  pump(): void {
    if (this.#stopping.signal.aborted) return;
    const { isSilenced, nowMs, loaded } = this.#parts;
    const { notifiers } = loaded();
    const wishes = notifiers.map((each) => this.#wishOf(each));
    const plan = planMessages(this.#groups, { wishes, isSilenced, nowMs: nowMs() });
    const before = this.#groups;
    this.#groups = plan.groups;
    if (before.size !== plan.groups.size) this.#parts.changed();
    for (const options of notifiers) {
      const message = plan.messages.find(({ group }) => group.notifier === options.name);
      if (message === undefined || this.#flying.has(options.name)) continue;
      // What is tried now must be told to its end, also after a restart.
      this.#parts.changed();
      this.#flying.set(options.name, this.#send(options, message));
    }
  }

  /** What is on its way is given up; the next start sends it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#flying.values());
  }

  #wishOf({ name, kind }: NotifierOptions) {
    const { group, rules } = this.#parts.loaded();
    // A rule that names nobody tells everybody, but has nothing done.
    const theirs = rules.filter(({ notify }) => notify?.includes(name) ?? kind !== "action");
    const firing = theirs.flatMap((rule) => {
      const { alerts = [] } = this.#parts.states().get(rule.name) ?? {};
      return alerts.filter(({ state }) => state === "firing");
    });
    return { notifier: name, group: GROUPS[kind] ?? group, firing };
  }

  async #send(options: NotifierOptions, message: Message): Promise<void> {
    const { name } = options;
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const signal = AbortSignal.any([limit, this.#stopping.signal]);
    const notification = this.#notificationOf(message);
    try {
      await createNotifier(options, this.#parts.act).send(notification, signal);
      this.#ended(name, message, "");
    } catch (thrown) {
      // Given up by a stop, and not for the receiver's sake.
      if (!this.#stopping.signal.aborted) {
        this.#ended(name, message, limit.aborted ? "did not answer in time" : messageOf(thrown));
      }
    } finally {
      this.#flying.delete(name);
      this.pump();
    }
  }

  #ended(name: string, message: Message, fault: string): void {
    const { nowMs, log, changed } = this.#parts;
    const { sent, failed, lastError } = this.countsOf(name);
    const isSent = fault === "";
    const counts = isSent ? { sent: sent + 1, failed } : { sent, failed: failed + 1 };
    this.#counts.set(name, { ...counts, lastError: fault });
    if (isSent && lastError !== "") log.info("alert_notifier_recovered", { notifier: name });
    if (!isSent && lastError !== fault) log.error("alert_not_told", { notifier: name, why: fault });
    const group = this.#groups.get(message.key);
    if (group !== undefined) {
      const next = isSent ? toldGroup(group, message, nowMs()) : failedGroup(group, nowMs());
      this.#groups = new Map(this.#groups).set(message.key, next);
    }
    changed();
  }

  #notificationOf({ key, group, firing, resolved }: Message): Notification {
    const { instance, nowMs, states } = this.#parts;
    const atMs = nowMs();
    const known = new Map(
      [...states().values()].flatMap(({ alerts }) => alerts.map((each) => [each.id, each])),
    );
    const ended = resolved.map((alert) => endOf(alert, known.get(alert.id), atMs));
    const content = [...firing, ...ended].map(({ id, state, firedAtMs }) => [id, state, firedAtMs]);
    const id = createHash("sha256")
      .update(JSON.stringify([key, content]))
      .digest("hex");
    const { labels } = group;
    return { id: id.slice(0, 32), instance, labels, firing, resolved: ended, nowMs: atMs };
  }
}

/** As it ended, where that is still known. */
function endOf(told: Alert, known: Alert | undefined, nowMs: number): Alert {
  if (known?.state === "resolved") return known;
  return { ...told, state: "resolved", resolvedAtMs: nowMs };
}
