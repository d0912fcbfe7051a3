// Templates as patterns of keyMatch2, which matches nothing else than they say, here and in casbin.
import type { Template } from "./path-tree.ts";

/**
 * Casbin makes a regular expression of the pattern and replaces "/*" and ":name" in it before. A code
 * stands where a backslash alone would not keep a sign from that, nor a bracket from its CSV reader.
 */
const CODED = /[*:()]/g;
const SPECIAL = /[.+?[\]{}^$|\\]/g;

export function patternOf(template: Template): string {
  return template.map((segment) => (segment === null ? ":id" : escaped(segment))).join("/");
}

function escaped(segment: string): string {
  return segment
    .replace(SPECIAL, "\\$&")
    .replace(CODED, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}

/** A path that only equals itself. */
export function literalOf(path: string): Template {
  return path.split("/");
}

export function matchesTemplate(template: Template, path: string): boolean {
  const segments = path.split("/");
  if (segments.length !== template.length) return false;
  return template.every((segment, at) =>
    segment === null ? segments[at] !== "" : segment === segments[at],
  );
}
