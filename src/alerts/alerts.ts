// Alerts as a whole: rules looked at, people told, silences kept, all of it saved; one turn each second.
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AskRows } from "./ask-rows.ts";
import type { LoadedAlerts } from "./load-alerts.ts";
import type { Act } from "./notifiers/create-notifier.ts";
import type { Rule } from "./rule.ts";
import type { Alert, RuleState } from "./rule-state.ts";
import { RuleWatch } from "./rule-watch.ts";
import { readSaved, writeSaved } from "./saved-state.ts";
import { type Silence, silences } from "./silence.ts";
import { Telling, type TellingCounts } from "./telling.ts";

export interface AlertsParts {
  /** What is in force. */
  readonly loaded: () => LoadedAlerts;
  readonly ask: AskRows;
  /** Why what the store says now is not how things are; null: it is. */
  readonly blind: () => string | null;
  /** The store has not come yet. */
  readonly isStarting: () => boolean;
  /** The data folder. */
  readonly folder: string;
  readonly instance: string;
  /** Told of each alert that begins to fire or ends. */
  readonly changed: (alert: Alert) => void;
  readonly act: Act;
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface WatchedRule {
  readonly rule: Rule;
  readonly state: RuleState;
}

export interface Alerts {
  readonly rules: () => readonly WatchedRule[];
  /** By the name of who is told. */
  readonly notifiers: () => readonly (TellingCounts & { readonly name: string })[];
  /** IDs of the silences that keep this one from being told. */
  readonly silencedBy: (alert: Alert) => readonly string[];
  /** Those that are not over. */
  readonly silences: () => readonly Silence[];
  /** False: there are too many. Once it is true, it is on disk. */
  readonly addSilence: (silence: Silence) => boolean;
  /** undefined: there is none of this ID. */
  readonly removeSilence: (id: string) => Silence | undefined;
  readonly start: () => void;
  /** Resolves when nothing is asked or sent any more, and all is saved. */
  readonly stop: () => Promise<void>;
}

const TURN_MS = 1_000;
const MAX_SILENCES = 1_000;

export function createAlerts(parts: AlertsParts): Alerts {
  return new Turns(parts);
}

class Turns implements Alerts {
  readonly #parts: AlertsParts;
  readonly #watch: RuleWatch;
  readonly #telling: Telling;
  readonly #stopping = new AbortController();
  #silences: readonly Silence[];
  #isDirty = false;
  #isSaveFailing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: AlertsParts) {
    this.#parts = parts;
    const { folder, log, loaded, nowMs, instance, act } = parts;
    const { saved, fault } = readSaved(folder);
    if (fault !== null) {
      const consequence = "alerts may be told again, and silences are gone";
      log.error("alerts_not_read", { fault, consequence });
    }
    this.#silences = saved.silences;
    this.#watch = new RuleWatch({
      ...parts,
      rules: () => loaded().rules,
      initial: saved.rules,
    });
    this.#telling = new Telling({
      loaded,
      nowMs,
      instance,
      log,
      states: () => this.#watch.states,
      isSilenced: (alert) => this.silencedBy(alert).length > 0,
      initial: saved.groups,
      act,
      // At once: what is told twice for a crash should be next to nothing.
      changed: () => this.#save(),
    });
  }

  readonly rules = (): readonly WatchedRule[] =>
    this.#parts.loaded().rules.map((rule) => ({ rule, state: this.#watch.stateOf(rule) }));

  readonly notifiers = (): readonly (TellingCounts & { readonly name: string })[] =>
    this.#parts.loaded().notifiers.map(({ name }) => ({ name, ...this.#telling.countsOf(name) }));

  readonly silencedBy = ({ labels }: Alert): readonly string[] => {
    const nowMs = this.#parts.nowMs();
    return this.#silences.filter((each) => silences(each, labels, nowMs)).map(({ id }) => id);
  };

  readonly silences = (): readonly Silence[] => {
    const nowMs = this.#parts.nowMs();
    return this.#silences.filter(({ endsAtMs }) => endsAtMs > nowMs);
  };

  readonly addSilence = (silence: Silence): boolean => {
    const others = this.silences();
    if (others.length >= MAX_SILENCES) return false;
    this.#replaceSilences([...others, silence]);
    return true;
  };

  readonly removeSilence = (id: string): Silence | undefined => {
    const before = this.silences();
    const removed = before.find((each) => each.id === id);
    if (removed !== undefined) this.#replaceSilences(before.filter((each) => each !== removed));
    return removed;
  };

  readonly start = (): void => {
    this.#running = this.#run();
  };

  readonly stop = async (): Promise<void> => {
    this.#stopping.abort();
    await Promise.all([this.#running, this.#telling.stop()]);
    this.#save();
  };

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const isChanged = await this.#watch.look(() => signal.aborted);
      this.#isDirty ||= isChanged;
      this.#telling.pump();
      if (this.#isDirty) this.#save();
      await sleep(TURN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** On disk before it holds. */
  #replaceSilences(next: readonly Silence[]): void {
    writeSaved(this.#parts.folder, { ...this.#state(), silences: next });
    this.#silences = next;
  }

  /** A full disk is said once, and tried again at each turn. */
  #save(): void {
    try {
      writeSaved(this.#parts.folder, this.#state());
      this.#isDirty = false;
      this.#isSaveFailing = false;
    } catch (thrown) {
      if (!this.#isSaveFailing)
        this.#parts.log.error("alerts_not_saved", { cause: messageOf(thrown) });
      this.#isSaveFailing = true;
    }
  }

  #state() {
    return {
      rules: this.#watch.states,
      groups: this.#telling.groups,
      silences: this.silences(),
    };
  }
}
