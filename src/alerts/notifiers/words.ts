// One line that says what a message is about, for people.
import type { Notification } from "./notifier.ts";

/** "FIRING 2: route-errors", or "RESOLVED 1: route-errors". */
export function titleOf({ firing, resolved }: Pick<Notification, "firing" | "resolved">): string {
  const shown = firing.length > 0 ? firing : resolved;
  const rules = [...new Set(shown.map(({ rule }) => rule))].join(", ");
  return `${firing.length > 0 ? "FIRING" : "RESOLVED"} ${shown.length}: ${rules}`;
}
