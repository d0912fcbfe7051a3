// The structured data of a syslog message (RFC 5424 section 6.3): "-", or elements as [ID name="value" ...].

export interface StructuredData {
  /** By "ID.name". */
  readonly values: Readonly<Record<string, string>>;
  /** Past it; where it is none, past nothing. */
  readonly end: number;
}

const MOST_VALUES = 128;
const ELEMENT = /\[([^\s=\]"]{1,64})/y;
/** Its alternatives exclude each other, so that nothing is ever tried twice. */
const PARAMETER = / ([^\s=\]"]{1,64})="((?:[^"\\\]]|\\["\\\]]|\\(?!["\\\]]))*)"/y;

/** What breaks the grammar ends it: the rest is message. Never throws. */
export function structuredData(text: string, start: number): StructuredData {
  if (text[start] === "-") return { values: {}, end: start + 1 };
  const entries: (readonly [string, string])[] = [];
  let end = start;
  for (;;) {
    const id = matchAt(ELEMENT, text, end);
    if (id === null) break;
    let at = end + id[0].length;
    for (;;) {
      const parameter = matchAt(PARAMETER, text, at);
      if (parameter === null) break;
      const [whole, name = "", value = ""] = parameter;
      if (entries.length < MOST_VALUES) entries.push([`${id[1]}.${name}`, unescaped(value)]);
      at += whole.length;
    }
    if (text[at] !== "]") break;
    end = at + 1;
  }
  return { values: Object.fromEntries(entries), end };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function unescaped(value: string): string {
  return value.replace(/\\(["\\\]])/g, "$1");
}
