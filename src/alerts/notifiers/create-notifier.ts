// The notifier that options describe: a receiver, or what is done inside weir.
import type { NotifierOptions } from "../notifier-options.ts";
import type { Alert } from "../rule-state.ts";
import { createAlertmanager } from "./alertmanager.ts";
import type { Notifier } from "./notifier.ts";
import { createSlack } from "./slack.ts";
import { createSmtp } from "./smtp.ts";
import { createWebhook } from "./webhook.ts";

type Kind = Exclude<NotifierOptions["kind"], "action">;

const KINDS: Readonly<Record<Kind, (options: NotifierOptions) => Notifier>> = {
  webhook: createWebhook,
  slack: createSlack,
  alertmanager: createAlertmanager,
  smtp: createSmtp,
};

/** Throws or rejects with Error where it can't be done; what was done before is not done again. */
export type Act = (options: NotifierOptions, firing: readonly Alert[]) => void | Promise<void>;

export function createNotifier(options: NotifierOptions, act: Act): Notifier {
  const { kind } = options;
  if (kind !== "action") return KINDS[kind](options);
  // What ends is no matter of it: what was done is over after its time.
  return { send: ({ firing }) => Promise.resolve().then(() => act(options, firing)) };
}
