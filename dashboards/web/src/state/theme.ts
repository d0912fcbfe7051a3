// Dark or light: follows the system until somebody chooses.
import { createSignal } from "./signal.ts";

export type Theme = "dark" | "light";

const KEY = "weir.theme";
const system = window.matchMedia("(prefers-color-scheme: light)");

export const theme = createSignal<Theme>(chosen() ?? systemTheme());

system.addEventListener("change", () => {
  if (chosen() === null) apply(systemTheme());
});
apply(theme.get());

export function toggleTheme(): void {
  const next = theme.get() === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  apply(next);
}

function apply(next: Theme): void {
  document.documentElement.dataset["theme"] = next;
  theme.set(next);
}

function chosen(): Theme | null {
  const stored = localStorage.getItem(KEY);
  return stored === "dark" || stored === "light" ? stored : null;
}

function systemTheme(): Theme {
  return system.matches ? "light" : "dark";
}
