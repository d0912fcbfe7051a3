// Says why a pattern can't be given to one of casbin's matching functions: it would hang, throw or crawl.
import { isIP, isIPv6 } from "node:net";
import { bracesFault, withoutBraces } from "./glob-braces.ts";
import { backtrackingFault, regexFault } from "./regex-safety.ts";

type PatternCheck = (pattern: string) => string;

const CHECKS: ReadonlyMap<string, PatternCheck> = new Map([
  ["keyMatch2", (pattern) => colonFault(pattern)],
  ["keyGet2", (pattern) => colonFault(pattern)],
  ["keyMatch3", (pattern) => pathFault(pattern, BRACE)],
  ["keyMatch4", keyMatch4Fault],
  ["keyMatch5", (pattern) => pathFault(pattern, BRACE)],
  ["regexMatch", regexFault],
  ["ipMatch", addressFault],
  ["globMatch", globFault],
]);

/** "" where the pattern is fine for the function; keyMatch and keyGet take any. */
export function patternFault(functionName: string, pattern: string): string {
  return CHECKS.get(functionName)?.(pattern) ?? "";
}

/** How casbin turns a path pattern into a regular expression: one parameter a round, the last first. */
interface ParameterSyntax {
  readonly opening: string;
  readonly round: RegExp;
  readonly advice: string;
}

const COLON: ParameterSyntax = {
  opening: "/:",
  round: /(.*):[^/]+(.*)/g,
  advice: "a parameter needs a name: /:id",
};
const BRACE: ParameterSyntax = {
  opening: "/{",
  round: /(.*)\{[^/]+\}(.*)/g,
  advice: "a parameter needs a name and a closing brace: /{id}",
};

/** A bare star is everything. */
function colonFault(pattern: string): string {
  return pattern === "*" ? "" : pathFault(pattern, COLON);
}

/** Casbin compares the number of braces with that of captures, and throws where they differ. */
function keyMatch4Fault(pattern: string): string {
  if (/[()]/.test(pattern)) return "keyMatch4 takes no groups";
  if (/[{}]/.test(pattern.replace(/\/\{[^/{}]+\}/g, "/")))
    return `casbin would hang or fail: ${BRACE.advice}`;
  return pathFault(pattern, BRACE) || backtrackingFault(`^${withoutParameters(pattern, BRACE)}$`);
}

/** Casbin repeats its rounds until none is left; a round that changes nothing means for ever. */
function pathFault(pattern: string, syntax: ParameterSyntax): string {
  const text = withoutParameters(pattern, syntax);
  if (text.includes(syntax.opening)) return `casbin would hang: ${syntax.advice}`;
  if (text.includes("[^/]+/]+")) return `parameters run into each other: ${syntax.advice}`;
  const fault = regexFault(`^${text}$`);
  const isStarred = /^\*|\*\*/.test(pattern);
  return fault !== "" && isStarred ? `${fault}; write /* for all that is below` : fault;
}

/** The regular expression casbin makes of an accepted pattern of keyMatch2 or keyMatch3. */
export function pathExpression(name: "keyMatch2" | "keyMatch3", pattern: string): string {
  if (name === "keyMatch2" && pattern === "*") return "^(.*)$";
  return `^${withoutParameters(pattern, name === "keyMatch2" ? COLON : BRACE)}$`;
}

/** The same for keyMatch4, with a group for each parameter. */
export function groupedExpression(pattern: string): string {
  return `^${withoutParameters(pattern, BRACE, "([^/]+)")}$`;
}

function withoutParameters(
  pattern: string,
  { opening, round }: ParameterSyntax,
  segment = "[^/]+",
): string {
  let text = pattern.replace(/\/\*/g, "/.*");
  while (text.includes(opening)) {
    const next = text.replace(round, `$1${segment}$2`);
    if (next === text) break;
    text = next;
  }
  return text;
}

function addressFault(pattern: string): string {
  const [address = "", bits, ...rest] = pattern.split("/");
  const most = isIPv6(address) ? 128 : 32;
  const known = isIP(address) !== 0 && !address.includes("%") && rest.length === 0;
  if (known && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))) return "";
  return `"${pattern}" is no IP address and no CIDR block such as 10.0.0.0/8`;
}

/** Ranges in braces and extended globs can expand or backtrack without bound, so they are refused. */
function globFault(pattern: string): string {
  if (EXTENDED.test(pattern)) return NOT_EXTENDED;
  if (pattern.includes("\\")) return "globMatch takes no backslash";
  const classes = pattern.match(/\[[^\]]*\]?/g) ?? [];
  if (/\]/.test(pattern.replace(CLASSES, "")) || !classes.every(isPlainClass)) {
    return "a class in globMatch is of letters and digits: [a-z0-9], [!a]";
  }
  const fault = bracesFault(pattern);
  if (fault !== "") return fault;
  const faults = withoutBraces(pattern.replace(/^!+/, "")).map(segmentsFault);
  return faults.find((found) => found !== "") ?? "";
}

const EXTENDED = /[?*+@!]\(/;
const NOT_EXTENDED = "globMatch takes no ?( *( +( @( and !(";

function segmentsFault(pattern: string): string {
  // Braces that are expanded can bring the two signs together.
  if (EXTENDED.test(pattern)) return NOT_EXTENDED;
  const segments = pattern.split("/");
  if (segments.some((segment) => segment === "." || segment === "..")) return "a segment . or ..";
  return segments.filter((segment) => segment === "**").length > 2 ? "more than two **" : "";
}

const CLASSES = /\[[^\]]*\]/g;

function isPlainClass(text: string): boolean {
  if (!/^\[[!^]?(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+\]$/.test(text)) return false;
  return [...text.matchAll(/(.)-(.)/g)].every(([, from = "", to = ""]) => from <= to);
}
