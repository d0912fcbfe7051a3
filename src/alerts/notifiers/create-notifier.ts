// The notifier that options describe.
import type { NotifierOptions } from "../notifier-options.ts";
import { createAlertmanager } from "./alertmanager.ts";
import type { Notifier } from "./notifier.ts";
import { createSlack } from "./slack.ts";
import { createSmtp } from "./smtp.ts";
import { createWebhook } from "./webhook.ts";

const KINDS: Readonly<Record<NotifierOptions["kind"], (options: NotifierOptions) => Notifier>> = {
  webhook: createWebhook,
  slack: createSlack,
  alertmanager: createAlertmanager,
  smtp: createSmtp,
};

export function createNotifier(options: NotifierOptions): Notifier {
  return KINDS[options.kind](options);
}
