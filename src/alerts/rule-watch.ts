// Looks at each rule at its pace, one after the other, and keeps what is known of each.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AskRows } from "./ask-rows.ts";
import { missingColumn, MOST_ALERTS, observe } from "./observe.ts";
import type { Rule } from "./rule.ts";
import {
  type Alert,
  changesBetween,
  endedState,
  type Look,
  nextState,
  type RuleState,
  UNSEEN,
} from "./rule-state.ts";

export interface RuleWatchParts {
  /** Those in force. */
  readonly rules: () => readonly Rule[];
  readonly ask: AskRows;
  /** Why what the store says now is not how things are; null: it is. */
  readonly blind: () => string | null;
  /** The store has not come yet: what asks it is looked at once it has, which is no news of anything. */
  readonly isStarting: () => boolean;
  /** By rule, of the run before. */
  readonly initial: ReadonlyMap<string, RuleState>;
  /** Told of each alert that begins to fire or ends. */
  readonly changed: (alert: Alert) => void;
  readonly nowMs: () => number;
  readonly log: Log;
}

export class RuleWatch {
  readonly #parts: RuleWatchParts;
  readonly #states: Map<string, RuleState>;

  constructor(parts: RuleWatchParts) {
    this.#parts = parts;
    this.#states = new Map(parts.initial);
  }

  get states(): ReadonlyMap<string, RuleState> {
    return this.#states;
  }

  stateOf({ name }: Rule): RuleState {
    return this.#states.get(name) ?? UNSEEN;
  }

  /** Looks at those that are due; true: something is to be saved. Never rejects. */
  async look(isStopping: () => boolean): Promise<boolean> {
    const rules = this.#parts.rules();
    let isChanged = this.#endOthers(rules);
    for (const rule of rules) {
      if (isStopping()) break;
      if (!this.#isDue(rule)) continue;
      const look = await this.#lookAt(rule);
      // A stop ends questions, which says nothing of the store.
      if (isStopping()) break;
      isChanged = this.#enter(rule, look) || isChanged;
    }
    return isChanged;
  }

  #isDue(rule: Rule): boolean {
    if (rule.source.kind !== "status" && this.#parts.isStarting()) return false;
    return isDue(rule, this.stateOf(rule), this.#parts.nowMs());
  }

  async #lookAt(rule: Rule): Promise<Look> {
    const { ask, blind, nowMs } = this.#parts;
    const why = rule.source.kind === "status" ? null : blind();
    if (why !== null) return { ok: false, why };
    try {
      const answer = await ask(rule, nowMs());
      const missing = missingColumn(rule, answer);
      return missing === null
        ? { ok: true, found: observe(rule, answer) }
        : { ok: false, why: missing };
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) };
    }
  }

  #enter(rule: Rule, look: Look): boolean {
    const before = this.stateOf(rule);
    const after = nextState(rule, before, { look, nowMs: this.#parts.nowMs() });
    this.#states.set(rule.name, after);
    this.#tell(before, after);
    this.#sayOfUnknown(rule, before, after);
    return isNews(before, after);
  }

  /** Alerts of rules that are no more. */
  #endOthers(rules: readonly Rule[]): boolean {
    const names = new Set(rules.map(({ name }) => name));
    let isChanged = false;
    for (const [name, before] of this.#states) {
      if (names.has(name)) continue;
      const after = endedState(before, this.#parts.nowMs());
      if (after.alerts.length === 0) this.#states.delete(name);
      else this.#states.set(name, after);
      this.#tell(before, after);
      isChanged ||= isNews(before, after);
    }
    return isChanged;
  }

  #tell(before: RuleState, after: RuleState): void {
    const { log, changed } = this.#parts;
    for (const alert of changesBetween(before, after)) {
      const { rule, state, labels, value } = alert;
      log.warn(state === "firing" ? "alert_firing" : "alert_resolved", { rule, labels, value });
      changed(alert);
    }
  }

  #sayOfUnknown({ name: rule }: Rule, before: RuleState, after: RuleState): void {
    const { log } = this.#parts;
    if (after.alerts.length === MOST_ALERTS && before.alerts.length < MOST_ALERTS) {
      log.warn("alert_rule_finds_too_much", { rule, most: MOST_ALERTS });
    }
    if (after.unknownWhy === before.unknownWhy) return;
    if (after.unknownSinceMs === null) log.info("alert_rule_known", { rule });
    else log.warn("alert_rule_unknown", { rule, why: after.unknownWhy });
  }
}

/** A clock that was set back must not keep a rule waiting. */
function isDue({ everyMs }: Rule, { lookedAtMs }: RuleState, nowMs: number): boolean {
  return lookedAtMs === null || lookedAtMs > nowMs || nowMs - lookedAtMs >= everyMs;
}

/** What a restart must not forget. */
function isNews(before: RuleState, after: RuleState): boolean {
  if (before.unknownSinceMs !== after.unknownSinceMs) return true;
  const [one, other] = [before, after].map(({ alerts }) => {
    return JSON.stringify(alerts.map(({ id, state }) => [id, state]));
  });
  return one !== other;
}
