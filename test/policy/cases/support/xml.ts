// A strict reader of XML 1.0 without DTDs, comments and CDATA: what is not well-formed throws.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** Section 2.2, Char: everything else may not even be escaped. */
const CHAR = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const DECLARATION = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/;
const TOKEN =
  /<(?<close>\/)?(?<name>[a-z_][\w.-]*)(?<attributes>(?:\s+[a-z_][\w.-]*=(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/)?>|(?<text>[^<]+)/gy;
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: (XmlElement | string)[];
}

export function parseXml(xml: string): XmlElement {
  if (!CHAR.test(xml)) throw new Error("a character that XML does not know");
  const text = xml.replace(DECLARATION, "").trimEnd();
  const root: Open = { name: "", attributes: {}, children: [] };
  const stack = [root];
  let read = 0;
  for (const match of text.matchAll(TOKEN)) {
    read += match[0].length;
    take(match.groups ?? {}, stack);
  }
  const [element, ...more] = root.children;
  if (read < text.length) throw new Error(`not XML: ${text.slice(read, read + 40)}`);
  if (stack.length > 1) throw new Error(`${stack.at(-1)?.name} is not closed`);
  if (element === undefined || typeof element === "string" || more.length > 0) {
    throw new Error("one element is the root");
  }
  return element;
}

function take(token: Readonly<Record<string, string | undefined>>, stack: Open[]): void {
  const { text, close, name = "", attributes = "", empty } = token;
  const top = stack.at(-1)!;
  if (text !== undefined) return takeText(text, top);
  if (close !== undefined) {
    if (top.name !== name || stack.length === 1) throw new Error(`</${name}> closes ${top.name}`);
    stack.pop();
    return;
  }
  const element = { name, attributes: attributesOf(attributes), children: [] };
  top.children.push(element);
  if (empty === undefined) stack.push(element);
}

/** Blanks between elements are layout. */
function takeText(text: string, { name, children }: Open): void {
  if (text.includes("]]>")) throw new Error("]]> in text");
  if (text.trim() !== "" || name === "") children.push(unescaped(text));
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", quoted = ""] of text.matchAll(/([\w.-]+)=("[^"]*"|'[^']*')/g)) {
    if (name in attributes) throw new Error(`${name} is written twice`);
    attributes[name] = unescaped(quoted.slice(1, -1));
  }
  return attributes;
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+);|([a-z]+);)?/g, (_, code?: string, name = "") => {
    const found = code === undefined ? NAMED[name as string] : String.fromCodePoint(Number(code));
    if (found === undefined || !CHAR.test(found)) throw new Error("an entity nobody knows");
    return found;
  });
}
