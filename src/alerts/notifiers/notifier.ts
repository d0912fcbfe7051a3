// What everybody who is told of alerts has in common: one message, and a deadline.
import type { Alert } from "../rule-state.ts";
import type { Labels } from "../rule.ts";

export interface Notification {
  /** The same for the same content, so that a receiver can tell a repeated delivery. */
  readonly id: string;
  /** Which weir sends it. */
  readonly instance: string;
  /** Labels that all of its alerts share. */
  readonly labels: Labels;
  readonly firing: readonly Alert[];
  readonly resolved: readonly Alert[];
  readonly nowMs: number;
}

export interface Notifier {
  /** Rejects where nobody confirms that it arrived; the error's words show no secret. */
  readonly send: (notification: Notification, signal: AbortSignal) => Promise<void>;
}

/** POST of JSON; anything but 2xx rejects. The URL may be a secret, so nothing says it. */
export async function postJson(
  url: string,
  body: string,
  { headers, signal }: { readonly headers?: Labels; readonly signal: AbortSignal },
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      redirect: "error",
      signal,
    });
  } catch (thrown) {
    throw new Error(reasonOf(thrown), { cause: thrown });
  }
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === "TimeoutError") return "did not answer in time";
  const { cause } = Object(thrown) as { readonly cause?: unknown };
  const { code } = Object(cause) as { readonly code?: unknown };
  return typeof code === "string" ? `can't be reached (${code})` : "can't be reached";
}
