// A document whose commands can be run: fenced blocks that write files, and blocks of commands with what they print.

export interface Command {
  readonly kind: "command";
  readonly text: string;
  /** What stands under it, without the last line end. */
  readonly shown: string;
}

/** A block that is to be put into a file, in place of its text or below it. */
export interface FileStep {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
  readonly isAddition: boolean;
}

export type Step = Command | FileStep;

const FENCE = /^```(\S*) ?(.*)\n([\s\S]*?)^```$/gm;
const PROMPT = "$ ";
const FILE = /^(file|add)=(\S+)$/;

/**
 * The steps of a document in their order: ```console has lines of `$ COMMAND` and their output, other
 * blocks say `file=PATH` or `add=PATH` behind the language; those that say nothing are only for reading.
 */
export function stepsOf(document: string): readonly Step[] {
  return [...document.matchAll(FENCE)].flatMap(([, language = "", info = "", text = ""]) =>
    language === "console" ? commandsOf(text) : fileStepsOf(info, text),
  );
}

function fileStepsOf(info: string, text: string): readonly Step[] {
  const [, how, path] = FILE.exec(info) ?? [];
  return path === undefined ? [] : [{ kind: "file", path, text, isAddition: how === "add" }];
}

/** Languages of blocks that look like commands and would not be run. */
export function strayCommands(document: string): readonly string[] {
  const languages = [...document.matchAll(FENCE)].map(([, language = ""]) => language);
  const indented = /^ {4}(?:\$ |npm |weir )/m.test(document) ? ["indented"] : [];
  return [...languages.filter((each) => /^(?:sh|bash|shell|)$/.test(each)), ...indented];
}

function commandsOf(block: string): readonly Step[] {
  const commands: { text: string; shown: string[] }[] = [];
  for (const line of block.trimEnd().split("\n")) {
    if (line.startsWith(PROMPT)) commands.push({ text: line.slice(PROMPT.length), shown: [] });
    else if (commands.length === 0) throw new Error(`a block begins without a command: ${line}`);
    else commands.at(-1)?.shown.push(line);
  }
  return commands.map(({ text, shown }) => ({ kind: "command", text, shown: shown.join("\n") }));
}

/** The document with what the commands print now, where that differs in more than times and ids. */
export async function withOutputs(
  document: string,
  outputOf: (step: Step) => Promise<string>,
): Promise<string> {
  let next = "";
  let rest = document;
  for (const step of stepsOf(document)) {
    const printed = (await outputOf(step)).trimEnd();
    if (step.kind === "file") continue;
    const at = rest.indexOf(`${PROMPT}${step.text}\n`) + PROMPT.length + step.text.length + 1;
    const shown = step.shown === "" ? "" : `${step.shown}\n`;
    const isSame = likeness(printed) === likeness(step.shown);
    next += rest.slice(0, at) + (isSame ? shown : `${printed}${printed === "" ? "" : "\n"}`);
    rest = rest.slice(at + shown.length);
  }
  return next + rest;
}

const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?/g, "DATE"],
  [/\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b/g, "TIME"],
  [/\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|s|min)\b/g, "DURATION"],
  [/"us":\d+(?:\.\d+)?/g, '"us":N'],
  [/\b(?:[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{12})\b/g, "ID"],
  // Whoever watches the files may be faster than the command that asks for a reload.
  [/"causes":\[[^\]]*\],"changed":\[[^\]]*\]/g, "RELOADED"],
  [/ {2,}/g, "  "],
  [/-{3,}|─{3,}/g, "---"],
];

/** What two runs have in common: all but times, ids, and the widths of columns. */
export function likeness(text: string): string {
  return VARYING.reduce((left, [pattern, word]) => left.replace(pattern, word), text);
}
