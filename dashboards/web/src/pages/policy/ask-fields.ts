// The fields of "may somebody do something", made of what the config asks of each request.

export interface AskField {
  /** Its place in the request tuple. */
  readonly at: number;
  readonly label: string;
  readonly hint: string;
  /** An object, written as JSON. */
  readonly isJson: boolean;
}

interface Known {
  readonly label: string;
  readonly hint: string;
  readonly isJson?: true;
}

/** In the order people say it in. */
const KNOWN: Readonly<Record<string, Known>> = {
  "identity.subject": { label: "Who", hint: "alice, or anonymous" },
  identity: { label: "Who", hint: '{"subject": "alice", "roles": []}', isJson: true },
  "request.method": { label: "Method", hint: "GET" },
  "request.path": { label: "Path", hint: "/orders/17" },
  request: { label: "Request", hint: '{"method": "GET", "path": "/orders/17"}', isJson: true },
};
const ORDER = Object.keys(KNOWN);

/** Of `policy.request`: who, method and path first, whatever else it asks after them. */
export function askFields(request: readonly string[]): readonly AskField[] {
  return request
    .map((name, at) => ({ name, at }))
    .toSorted((a, b) => placeOf(a.name) - placeOf(b.name) || a.at - b.at)
    .map(({ name, at }) => {
      const { label, hint, isJson = false } = KNOWN[name] ?? { label: name, hint: "" };
      return { at, label, hint, isJson };
    });
}

function placeOf(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}

export type Tuple = readonly unknown[];

/** What was typed, by place in the tuple; the name of the field that is no JSON where one has to be. */
export function readTuple(
  fields: readonly AskField[],
  typed: (at: number) => string,
): Tuple | string {
  const tuple: unknown[] = [];
  for (const { at, label, isJson } of fields) {
    const text = typed(at).trim();
    const value = isJson ? readJson(text) : text;
    if (value === undefined) return label;
    tuple[at] = value;
  }
  return tuple;
}

/** `ask` of the URL; null where it is no list. */
export function readAsk(text: string | null): Tuple | null {
  const value = text === null ? undefined : readJson(text);
  return Array.isArray(value) ? value : null;
}

export function fieldText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
