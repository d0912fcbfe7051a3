// The admin token: asked for on 401, kept only as long as the tab.
import { createSignal } from "./signal.ts";

const KEY = "weir.token";

/** True while the API refuses us and somebody should type a token. */
export const tokenNeeded = createSignal(false);
/** Counts tokens given, so that loads know when to try again. */
export const tokenVersion = createSignal(0);

export function readToken(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

export function needToken(): void {
  tokenNeeded.set(true);
}

export function giveToken(token: string): void {
  sessionStorage.setItem(KEY, token);
  tokenNeeded.set(false);
  tokenVersion.set(tokenVersion.get() + 1);
}
