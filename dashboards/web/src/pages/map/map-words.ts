// Names of the map's places, and figures of their calls in words.
import { duration, rate, share, text } from "../../../../../src/core/quantity.ts";
import type { MapFigures, MapNode, NodeKind } from "../../service-map.ts";
import { storedWords } from "../../words/stored.ts";
import { hostOf } from "../overview/verdict-line.tsx";

export const COLUMN_WORDS: Readonly<Record<NodeKind, string>> = {
  caller: "Callers",
  route: "Routes",
  service: "Services",
  endpoint: "Endpoints",
  app: "By their own spans",
};

export function nameOf({ kind, name, group }: MapNode): string {
  if (kind === "caller") return name === "" ? "anonymous" : callerWords(name, group);
  if (kind === "route") return name || "no route";
  return kind === "endpoint" ? hostOf(name) : name;
}

function callerWords(name: string, group: string): string {
  return group === "app" ? `${name} (service)` : storedWords(name);
}

/** "12.3 /s, 2.1 % errors, p95 84 ms" */
export function figureWords(figures: MapFigures, seconds: number): string {
  const { calls, errors, denied, p95_ns } = figures;
  if (calls === 0) return "no calls";
  return [
    text(rate(calls, seconds)),
    `${text(share(errors, calls))} errors`,
    denied === 0 ? "" : `${text(share(denied, calls))} denied`,
    `p95 ${text(duration(p95_ns))}`,
  ]
    .filter((words) => words !== "")
    .join(", ");
}

/** How red it is, 0 to 1: any error is seen, and a tenth of them is as bad as it gets. */
export function badness({ calls, errors }: MapFigures): number {
  if (errors === 0 || calls === 0) return 0;
  return 0.3 + 0.7 * Math.min(1, errors / calls / 0.1);
}
