// Panels and boards from weir's own folder and from one of the user's, which adds to them and overrides them by name.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { messageOf } from "../core/errors.ts";
import type { Board } from "./boards/board.ts";
import { boardFaults, parseBoard } from "./boards/parse-board.ts";
import { packageFolder } from "./package-folder.ts";
import type { DashboardFault, Panel } from "./panels/panel.ts";
import { type DashboardText, parsePanel } from "./panels/parse-panel.ts";

export interface Dashboards {
  readonly panels: ReadonlyMap<string, Panel>;
  readonly boards: ReadonlyMap<string, Board>;
  /** Of what can't be used, by name. A faulty file hides the sound one that it would override. */
  readonly brokenPanels: ReadonlyMap<string, readonly DashboardFault[]>;
  readonly brokenBoards: ReadonlyMap<string, readonly DashboardFault[]>;
  /** All that is wrong. */
  readonly faults: readonly DashboardFault[];
  /** Of all the texts. */
  readonly revision: string;
}

const REVISION_CHARS = 12;
const MOST_FILES = 500;
const MOST_BYTES = 64 * 1024;
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Never throws: what can't be read is a fault. `own` is the user's folder, empty for none. */
export function loadDashboards(own = ""): Dashboards {
  const folders = [join(packageFolder(), "dashboards"), ...(own === "" ? [] : [own])];
  const sql = readKind(folders, "panels", /\.sql$/);
  const yaml = readKind(folders, "boards", /\.ya?ml$/);
  const panels = sorted(sql.texts, (text) => {
    const parsed = parsePanel(text);
    return parsed.ok ? parsed.panel : parsed.faults;
  });
  const boards = sorted(yaml.texts, (text) => {
    const parsed = parseBoard(text);
    return parsed.ok ? parsed.board : parsed.faults;
  });
  const texts = [...sql.texts.values(), ...yaml.texts.values()].map(({ file, text }) => [
    file,
    text,
  ]);
  return {
    panels: panels.sound,
    boards: boards.sound,
    brokenPanels: panels.broken,
    brokenBoards: boards.broken,
    faults: [
      ...sql.faults,
      ...yaml.faults,
      ...[...panels.broken.values(), ...boards.broken.values()].flat(),
      ...[...boards.sound.values()].flatMap((board) => boardFaults(board, panels.sound)),
    ],
    revision: createHash("sha256")
      .update(JSON.stringify([texts, sql.faults, yaml.faults]))
      .digest("hex")
      .slice(0, REVISION_CHARS),
  };
}

/** The two folders in a user's folder, and what is in them. */
export function ownFiles(own: string): readonly string[] {
  return ["panels", "boards"].flatMap((kind) => {
    const folder = join(own, kind);
    return [
      folder,
      ...filesIn(folder)
        .slice(0, MOST_FILES)
        .map((file) => join(folder, file)),
    ];
  });
}

interface Sorted<T> {
  readonly sound: ReadonlyMap<string, T>;
  readonly broken: ReadonlyMap<string, readonly DashboardFault[]>;
}

function sorted<T extends Panel | Board>(
  texts: ReadonlyMap<string, DashboardText>,
  parse: (text: DashboardText) => T | readonly DashboardFault[],
): Sorted<T> {
  const sound = new Map<string, T>();
  const broken = new Map<string, readonly DashboardFault[]>();
  for (const [name, text] of texts) {
    const parsed = parse(text);
    if ("file" in parsed) sound.set(name, parsed);
    else broken.set(name, parsed);
  }
  return { sound, broken };
}

interface Texts {
  readonly texts: ReadonlyMap<string, DashboardText>;
  readonly faults: readonly DashboardFault[];
}

/** Later folders win. */
function readKind(folders: readonly string[], kind: string, ending: RegExp): Texts {
  const texts = new Map<string, DashboardText>();
  const faults: DashboardFault[] = [];
  for (const folder of folders.map((each) => join(each, kind))) {
    const files = filesIn(folder).filter((file) => ending.test(file) && !file.startsWith("."));
    for (const file of files.sort().slice(0, MOST_FILES)) {
      const name = file.replace(ending, "");
      const read = readText(join(folder, file), name);
      if ("message" in read) faults.push(read);
      else texts.set(name, read);
    }
    if (files.length > MOST_FILES) {
      faults.push({ file: shown(folder), line: 1, message: `has more than ${MOST_FILES} files` });
    }
  }
  return { texts, faults };
}

/** None where there is no such folder: a user may have panels and no boards. */
function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string, name: string): DashboardText | DashboardFault {
  const file = shown(path);
  const fault = (message: string): DashboardFault => ({ file, line: 1, message });
  if (!NAME.test(name)) {
    return fault("name: must be lower-case letters, digits, - and _, such as slow-orders");
  }
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return fault("is no file");
    if (stats.size > MOST_BYTES) return fault(`is longer than ${MOST_BYTES} bytes`);
    return { name, file, text: readFileSync(path, "utf8") };
  } catch (thrown) {
    return fault(messageOf(thrown));
  }
}

/** A path that is shorter from here, as one would type it. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") || near === "" ? path : near;
}

/** "FILE:LINE: what is wrong", one a line. */
export function faultLines(faults: readonly DashboardFault[], most: number): string {
  const lines = faults.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
