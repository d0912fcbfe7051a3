// The lists in a glob's braces, {png,jpg}, written out: one pattern for each choice.

/** All lists of a pattern together. */
const MAX_CHOICES = 256;

const BRACES = /\{([^{}]*)\}/g;

/** Of a pattern that bracesFault accepted. Braces without a comma stand for themselves. */
export function withoutBraces(pattern: string): readonly string[] {
  const [list] = listsIn(pattern);
  if (list === undefined) return [pattern];
  const [written, items] = list;
  const at = pattern.indexOf(written);
  const before = pattern.slice(0, at);
  const rests = withoutBraces(pattern.slice(at + written.length));
  return items.split(",").flatMap((item) => rests.map((rest) => `${before}${item}${rest}`));
}

/** Why the braces of a glob can't be written out; "" where they can. */
export function bracesFault(pattern: string): string {
  if (/[{}]/.test(pattern.replace(BRACES, "")))
    return "braces in globMatch are closed, and none is in another";
  if (/\$\{|\{\}|\{[^{}]*\.\.[^{}]*\}/.test(pattern))
    return "braces in globMatch hold a list: {png,jpg}";
  const choices = listsIn(pattern).reduce((all, [, items]) => all * items.split(",").length, 1);
  if (choices > MAX_CHOICES) return `more than ${MAX_CHOICES} choices in braces`;
  return withoutBraces(pattern.replace(/^!+/, "")).includes("")
    ? "a choice in braces that leaves nothing"
    : "";
}

/** Each as written, and what is in it. */
function listsIn(pattern: string): readonly (readonly [string, string])[] {
  const lists = [...pattern.matchAll(BRACES)].filter(([, items = ""]) => items.includes(","));
  return lists.map(([written, items = ""]) => [written, items]);
}
