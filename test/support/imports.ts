// Reads the import lines of TypeScript sources, for the tests that judge who may know whom.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface Import {
  /** Path of the importing file below the root, with forward slashes. */
  readonly from: string;
  /** Path of the imported file below the root, or the name of a package or built-in. */
  readonly to: string;
  readonly own: boolean;
  /** True for `import type` and `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s)?[^"';]*?\bfrom\s*["']([^"']+)["']/gm;
const SIDE_EFFECT = /^\s*import\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']/g;

/** Every TypeScript file below a folder, as paths relative to it with forward slashes, sorted. */
export function listSources(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.tsx?$/.test(file))
    .sort();
}

export function importsBelow(root: string): Import[] {
  return listSources(root).flatMap((file) =>
    importsOf(file, readFileSync(join(root, file), "utf8")),
  );
}

export function importsOf(from: string, text: string): Import[] {
  const found: [string, boolean][] = [
    ...[...text.matchAll(STATEMENT)].map(([, type, to = ""]): [string, boolean] => [to, !!type]),
    ...[...text.matchAll(SIDE_EFFECT)].map(([, to = ""]): [string, boolean] => [to, false]),
    ...[...text.matchAll(DYNAMIC)].map(([, to = ""]): [string, boolean] => [to, false]),
  ];
  return found.map(([to, typeOnly]) => {
    const own = to.startsWith(".");
    return { from, to: own ? posix.join(posix.dirname(from), to) : to, own, typeOnly };
  });
}
