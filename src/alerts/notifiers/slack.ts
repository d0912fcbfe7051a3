// Alerts as a Slack-compatible message: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
import type { Alert } from "../rule-state.ts";
import { type Notification, type Notifier, postJson } from "./notifier.ts";
import { titleOf } from "./words.ts";

const MOST_LINES = 20;

export function createSlack({ url }: { readonly url: string }): Notifier {
  return {
    send: (notification, signal) =>
      postJson(url, JSON.stringify({ text: textOf(notification) }), { signal }),
  };
}

function textOf(notification: Notification): string {
  const { firing, resolved } = notification;
  const lines = [
    ...firing.map((alert) => `:red_circle: ${lineOf(alert)}`),
    ...resolved.map((alert) => `:white_check_mark: ${lineOf(alert)}`),
  ];
  const more = lines.length - MOST_LINES;
  const shown = more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
  return [`*${escaped(titleOf(notification))}*`, ...shown].join("\n");
}

function lineOf({ rule, annotations, runbook }: Alert): string {
  const words = escaped(annotations["summary"] ?? rule);
  return runbook === ""
    ? words
    : `${words} (<${runbook.replaceAll(/[<>|]/g, encodeURIComponent)}|runbook>)`;
}

/** The three characters that mean something to Slack. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
