// Who may import whom in src/: fails by the names of the two files.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsBelow, importsOf, type Import } from "./support/imports.ts";

const SRC = join(import.meta.dirname, "../src");

const PARTS = ["identity", "ca", "policy", "balancer", "telemetry", "discovery"];
/** Both sides of a request speak HTTP/1.1 by the same grammar. */
const WIRE = ["upstream", "downstream"];
const READERS = ["store", "statistics", "collector"];
const LOWER = ["core", ...PARTS, ...READERS];

/** What each folder may import besides itself; a folder that is not named here may not exist. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ...Object.fromEntries(PARTS.map((folder) => [folder, ["core"]])),
  http1: ["core"],
  ...Object.fromEntries(WIRE.map((folder) => [folder, ["core", "http1"]])),
  store: ["core", ...PARTS],
  statistics: ["core", ...PARTS, "store"],
  // Its server lets clients in as those for traffic do.
  collector: ["core", ...PARTS, "store", "downstream"],
  // What is asked and told on top of them; its files are read as the config is.
  alerts: ["core", "store", "config"],
  // config only joins the options that the folders declare (options.ts, below).
  config: ["core"],
  proxy: ["core", ...PARTS, ...WIRE],
  // Its listener ends TLS as those for traffic do.
  admin: [...LOWER, "config", "alerts", "downstream"],
  // The main thread's moving parts: what app/ wires.
  control: [...LOWER, "config", "alerts", "proxy"],
  // The same in an application's own process: the same moving parts, without workers.
  express: [...LOWER, ...WIRE, "http1", "config", "control", "proxy"],
  app: [...LOWER, "config", "alerts", "control", "proxy", "admin", "express"],
  cli: [...LOWER, "config", "alerts", "control", "admin", "app"],
  main: [...LOWER, "config", "admin", "app", "cli"],
};

/** Packages that only the folders named here may know. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  casbin: ["policy"],
  "@peculiar/x509": ["ca"],
  "@clickhouse/client": ["store"],
  chdb: ["store"],
};

/** Of main.ts "main". */
function folderOf(file: string): string {
  return (file.split("/")[0] ?? "").replace(/\.ts$/, "");
}

function violations(imports: readonly Import[]): string[] {
  return imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} imports ${to}`);
}

function isAllowed(one: Import): boolean {
  const folder = folderOf(one.from);
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return false;
  if (!one.own) return mayKnowPackage(folder, one.to);
  return [folder, ...allowed].includes(folderOf(one.to)) || isSharedType(folder, one);
}

function mayKnowPackage(folder: string, name: string): boolean {
  if (folder === "core") return name.startsWith("node:");
  return PACKAGES[name]?.includes(folder) ?? true;
}

/** Options are declared where they are used and joined in config; only config needs their values. */
function isSharedType(folder: string, { to, typeOnly }: Import): boolean {
  if (/^[a-z]+\/options\.ts$/.test(to)) return typeOnly || folder === "config";
  return folder === "proxy" && to === "config/config.ts" && typeOnly;
}

/** Files that reach themselves by imports that exist at run time, as "a -> b -> a". */
function runtimeCycles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, own, typeOnly } of imports) {
    if (own && !typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) cycles.push([...trail.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return cycles;
}

describe("src/", () => {
  const imports = importsBelow(SRC);

  test("was read at all", () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  test("imports point one way", () => {
    expect(violations(imports)).toEqual([]);
  });

  test("has no import cycle at run time", () => {
    expect(runtimeCycles(imports)).toEqual([]);
  });
});

test("of src/, the web UI knows only words, rows and where they go on, panels and how alerts live, and of the policy the types of answers", () => {
  const words = [
    "alerts/duration.ts",
    "alerts/replay.ts",
    "core/quantity.ts",
    "store/panels/panel.ts",
    "store/panels/row-door.ts",
    "store/request-cursor.ts",
    "telemetry/columns.ts",
    "telemetry/protected-value.ts",
    "telemetry/request-stages.ts",
    "telemetry/shadow-change.ts",
  ];
  const outside = importsBelow(join(SRC, "../dashboards/web/src"))
    .filter(({ own, to }) => own && to.startsWith("../"))
    .map(({ to, typeOnly }) => ({ to: to.replace(/^.*\/src\//, ""), typeOnly }))
    .filter(({ to, typeOnly }) => !(typeOnly && to.startsWith("policy/")));
  expect([...new Set(outside.map(({ to }) => to))].sort()).toEqual(words);
});

describe("the rule bites", () => {
  test.each([
    ["core/a.ts", `import { x } from "../policy/x.ts";`],
    ["core/a.ts", `import zod from "zod";`],
    ["policy/a.ts", `import type { X } from "../telemetry/x.ts";`],
    ["policy/a.ts", `import { X } from "../telemetry/options.ts";`],
    ["balancer/a.ts", `import {\n  x,\n  y,\n} from "../config/load.ts";`],
    ["proxy/a.ts", `import { x } from "../store/client.ts";`],
    ["proxy/a.ts", `import { newEnforcer } from "casbin";`],
    ["proxy/a.ts", `import { loadConfig } from "../config/load.ts";`],
    ["proxy/a.ts", `const x = await import("../app/a.ts");`],
    ["config/a.ts", `export { x } from "../proxy/route.ts";`],
    ["admin/a.ts", `import "../app/a.ts";`],
    ["nowhere/a.ts", `import { x } from "../core/x.ts";`],
  ])("%s: %s", (file, text) => {
    expect(violations(importsOf(file, text))).toHaveLength(1);
  });

  test.each([
    ["policy/a.ts", `import type { X } from "../telemetry/options.ts";`],
    ["proxy/a.ts", `import type { Config } from "../config/config.ts";`],
    ["config/a.ts", `import { X } from "../balancer/options.ts";`],
    ["app/a.ts", `import { x } from "../proxy/handler.ts";`],
    ["main.ts", `import { x } from "./cli/check.ts";`],
  ])("and lets pass %s: %s", (file, text) => {
    expect(violations(importsOf(file, text))).toEqual([]);
  });

  test("a cycle of three is named; one through a type is none", () => {
    const a = importsOf("a.ts", `import { b } from "./b.ts";`);
    const b = importsOf("b.ts", `import { c } from "./c.ts";`);
    const back = importsOf("c.ts", `import { a } from "./a.ts";`);
    const type = importsOf("c.ts", `import type { A } from "./a.ts";`);
    expect(runtimeCycles([...a, ...b, ...back])).toEqual(["a.ts -> b.ts -> c.ts -> a.ts"]);
    expect(runtimeCycles([...a, ...b, ...type])).toEqual([]);
  });
});
