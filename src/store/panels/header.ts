// The comment lines that a panel begins with: `-- KEY: VALUE`, what it shows, takes and leads to.
import {
  type Door,
  DOOR_FILTERS,
  type Panel,
  type PanelColumn,
  type PanelParameter,
  UNITS,
  type Unit,
  type Visual,
  VISUALS,
} from "./panel.ts";

type Report = (line: number, message: string) => void;

export interface Header extends Pick<
  Panel,
  "title" | "question" | "visual" | "columns" | "parameters" | "door"
> {
  /** 1-based line by parameter. */
  readonly parameterLines: ReadonlyMap<string, number>;
}

const MOST_CHARS = 200;
const KEYS = "title, question, visual, door, column NAME and parameter NAME";

interface Draft {
  readonly words: Map<string, string>;
  readonly columns: Map<string, PanelColumn>;
  readonly parameters: Map<string, PanelParameter>;
  readonly parameterLines: Map<string, number>;
  door: Door | null;
}

/** Reads lines up to the first that is no comment; reports what is wrong, and gives what could be read. */
export function readHeader(lines: readonly string[], report: Report): Header {
  const draft: Draft = {
    words: new Map(),
    columns: new Map(),
    parameters: new Map(),
    parameterLines: new Map(),
    door: {},
  };
  for (const [at, line] of lines.entries()) {
    readLine(line, { draft, line: at + 1, say: (words) => report(at + 1, words) });
  }
  for (const key of ["title", "question", "visual"]) {
    if (!draft.words.has(key)) report(1, `${key}: is missing; write "-- ${key}: ..."`);
  }
  if (draft.columns.size === 0) report(1, 'column: is missing; write "-- column NAME: UNIT"');
  const { words, ...rest } = draft;
  return {
    ...rest,
    title: words.get("title") ?? "",
    question: words.get("question") ?? "",
    visual: (words.get("visual") ?? "table") as Visual,
  };
}

type Say = (message: string) => void;

interface Place {
  readonly draft: Draft;
  /** 1-based. */
  readonly line: number;
  readonly say: Say;
}

function readLine(text: string, place: Place): void {
  const [, key = "", name = "", value = ""] = LINE.exec(text) ?? [];
  const kind = name === "" ? key && "word" : key;
  if (kind === "word") return readWord(key, value, place);
  if (kind === "column") return readColumn(name, value, place);
  if (kind === "parameter") return readParameter(name, value, place);
  place.say(`must be "-- KEY: VALUE"; keys are ${KEYS}`);
}

const LINE = /^--\s*(?<key>\w+)(?:\s+(?<name>\w+))?\s*:\s*(?<value>.*\S)\s*$/;

function readWord(key: string, value: string, { draft, say }: Place): void {
  if (key === "door") {
    draft.door = doorOf(value, say);
    return;
  }
  if (key !== "title" && key !== "question" && key !== "visual") {
    return say(`${key.slice(0, 50)}: unknown key; keys are ${KEYS}`);
  }
  if (draft.words.has(key)) say(`${key}: is written twice; remove one`);
  if (value.length > MOST_CHARS) say(`${key}: must have at most ${MOST_CHARS} characters`);
  if (key === "visual") checkVisual(value, say);
  draft.words.set(key, value);
}

function checkVisual(value: string, say: Say): void {
  const isKnown = VISUALS.some((visual) => visual === value);
  if (!isKnown) say(`visual: must be one of ${VISUALS.join(", ")}`);
}

const COLUMN = /^(?<unit>\S+)(?:\s+->\s+(?<door>.+))?$/;

function readColumn(name: string, value: string, { draft, say }: Place): void {
  const { unit, door } = COLUMN.exec(value)?.groups ?? {};
  if (draft.columns.has(name)) say(`column ${name}: is written twice; remove one`);
  if (!UNITS.some((known) => known === unit)) {
    return say(
      `column ${name}: must be a unit, or UNIT -> FILTER=VALUE; units are ${UNITS.join(", ")}`,
    );
  }
  const read = door === undefined ? {} : doorOf(door, say);
  draft.columns.set(name, { unit: unit as Unit, door: read });
}

const PARAMETER = /^(?<type>\w+)(?:\s*=\s*(?<fallback>[\w.-]+))?,\s*(?<about>.+)$/;
const TYPE = /^(?:String|Float64|UInt(?:8|16|32|64))$/;

function readParameter(name: string, value: string, { draft, line, say }: Place): void {
  const { type = "", fallback = "", about = "" } = PARAMETER.exec(value)?.groups ?? {};
  if (draft.parameters.has(name)) say(`parameter ${name}: is written twice; remove one`);
  if (!TYPE.test(type)) {
    return say(
      `parameter ${name}: must be "TYPE [= DEFAULT], WORDS", the type String, Float64 or UInt32`,
    );
  }
  if (type !== "String" && !/^\d+(?:\.\d+)?$/.test(fallback)) {
    say(`parameter ${name}: needs a number as its default`);
  }
  draft.parameters.set(name, { type, fallback, about });
  draft.parameterLines.set(name, line);
}

/** Of "FILTER=VALUE FILTER=VALUE"; null of "none". */
function doorOf(text: string, say: Say): Door | null {
  if (text === "none") return null;
  const pairs = text.split(/\s+/).map((pair) => pair.split("=", 2));
  const isWrong = pairs.some(([name, value]) => {
    return value === undefined || !DOOR_FILTERS.some((known) => known === name);
  });
  if (isWrong) say(`door: must be FILTER=VALUE; filters are ${DOOR_FILTERS.join(", ")}`);
  return Object.fromEntries(pairs) as Door;
}
