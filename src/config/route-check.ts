// Checks between routes: each names a service that exists, and none is hidden by another.
import { DEFAULTS } from "./defaults.ts";
import { formatKeyPath, type Finding, type KeyPath } from "./fault.ts";
import { listOf, mappingOf, textOf, type RawMapping } from "./raw.ts";
import {
  normalHostPattern,
  patternShape,
  pathPatternProblem,
  rewriteProblem,
} from "./route-pattern.ts";
import { findRepeated } from "./repeated.ts";
import { suggestion } from "./suggest.ts";

interface RawRoute {
  readonly path: KeyPath;
  readonly route: RawMapping;
  readonly pattern: string;
}

/** A route that has taken its requests already, by what it asks of them. */
interface Earlier {
  readonly path: KeyPath;
  readonly methods: readonly string[];
}

export function checkRoutes(config: RawMapping): Finding[] {
  const routes = listOf(config["routes"]).map((raw, at): RawRoute => {
    const route = mappingOf(raw);
    const pattern = mappingOf(route["match"])["path"];
    return { path: ["routes", at], route, pattern: textOf(pattern) || DEFAULTS.match.path };
  });
  const services = Object.keys(mappingOf(config["services"]));
  const names = routes.map(({ path, route }) => ({
    id: textOf(route["name"]),
    path: [...path, "name"],
  }));
  return [
    ...findRepeated(names, "name"),
    ...routes.flatMap((route) => checkService(route, services)),
    ...routes.flatMap(checkRewrite),
    ...findHidden(routes),
  ];
}

function checkService({ path, route }: RawRoute, services: readonly string[]): Finding[] {
  const name = route["service"];
  if (typeof name !== "string" || services.includes(name)) return [];
  const hint = suggestion(name, services);
  return [{ path: [...path, "service"], message: `names no service under services${hint}` }];
}

function checkRewrite({ path, route, pattern }: RawRoute): Finding[] {
  const rewrite = textOf(route["rewrite"]);
  const problem = rewrite === "" ? null : rewriteProblem(rewrite, pattern);
  return problem === null ? [] : [{ path: [...path, "rewrite"], message: problem }];
}

/** Routes whose every request an earlier one takes: same host, path shape and headers, no new method. */
function findHidden(routes: readonly RawRoute[]): Finding[] {
  const earlier = new Map<string, Earlier[]>();
  return routes.flatMap(({ path, route, pattern }) => {
    if (pathPatternProblem(pattern) !== null) return [];
    const match = mappingOf(route["match"]);
    const methods = listOf(match["methods"]).map(textOf);
    const key = conditionsKey(match, pattern);
    const same = earlier.get(key) ?? [];
    earlier.set(key, [...same, { path, methods }]);
    const hiding = same.find((other) => takesAll(other.methods, methods));
    if (hiding === undefined) return [];
    const message = `takes nothing that ${formatKeyPath(hiding.path)} does not take first`;
    return [{ path: [...path, "match"], message }];
  });
}

/** A route with methods is tried before one without, so those two never hide each other. */
function takesAll(first: readonly string[], later: readonly string[]): boolean {
  if (first.length === 0 || later.length === 0) return first.length === later.length;
  return later.every((method) => first.includes(method));
}

function conditionsKey(match: RawMapping, pattern: string): string {
  const headers = Object.entries(mappingOf(match["headers"]))
    .map(([name, value]) => [name.toLowerCase(), textOf(value)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  const host = normalHostPattern(textOf(match["host"]) || DEFAULTS.match.host);
  return JSON.stringify([host, patternShape(pattern), headers]);
}
