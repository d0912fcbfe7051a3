// GET /api/v1/boards and /api/v1/boards/{name}: boards, and all that is needed to draw one.
import { z } from "zod";
import type { Board, BoardCell } from "../../store/boards/board.ts";
import { cellFault } from "../../store/boards/parse-board.ts";
import type { Dashboards } from "../../store/dashboards.ts";
import { faultLines } from "../../store/dashboards.ts";
import type { Panel } from "../../store/panels/panel.ts";
import { badFile } from "../bad-file.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { json, NONE } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const door = z.record(z.string(), z.string()).nullable().meta({
  description: "Filters of /api/v1/requests that lead to the requests behind; null: none are",
});

const head = {
  name: z.string(),
  title: z.string(),
  question: z.string(),
};

const drawnSchema = z.strictObject({
  visual: z.string(),
  question: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), unit: z.string(), door })),
  takes: z.array(z.string()).meta({ description: "Names of its filters" }),
  door,
});

const cellSchema = z.strictObject({
  panel: z.string(),
  title: z.string(),
  width: z.int().meta({ description: "Of the 12 columns of a row" }),
  parameters: z.record(z.string(), z.string()),
  drawn: drawnSchema.nullable().meta({ description: "null: its panel can't be used" }),
  fault: z.string().nullable().meta({ description: "FILE:LINE: what is wrong, one a line" }),
});

const boardSchema = z.strictObject({
  ...head,
  range: z.string().meta({ description: "The window it opens with, such as 24h" }),
  variables: z.array(z.string()).meta({ description: "Filters for all its panels" }),
  rows: z.array(z.array(cellSchema)),
});

const listSchema = z.strictObject({
  boards: z.array(z.strictObject({ ...head, range: z.string() })),
  faults: z.array(z.strictObject({ file: z.string(), line: z.int(), message: z.string() })).meta({
    description: "What is wrong with files of panels and boards; the others work",
  }),
});

export function boardEndpoints(parts: Pick<AdminParts, "dashboards">): readonly Endpoint[] {
  return [listEndpoint(parts), boardEndpoint(parts)];
}

function listEndpoint({ dashboards }: Pick<AdminParts, "dashboards">): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/boards",
    summary: "Boards there are, and what is wrong with files of panels and boards",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The boards", listSchema),
    problems: [],
    handle: () => ({ kind: "json", body: describeAll(dashboards()) }),
  });
}

function boardEndpoint({ dashboards }: Pick<AdminParts, "dashboards">): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/boards/{name}",
    summary: "A board: its panels in rows, how each is drawn, and where its figures lead to",
    parameters: z.strictObject({ name: z.string().meta({ description: "One of /api/v1/boards" }) }),
    query: NONE,
    body: null,
    answer: json("The board", boardSchema),
    problems: ["unknown_board", "bad_board"],
    handle: ({ path }) => ({ kind: "json", body: describe(path.name, dashboards()) }),
  });
}

function describeAll({ boards, faults }: Dashboards): z.output<typeof listSchema> {
  return {
    boards: [...boards.values()]
      .map(({ name, title, question, range }) => ({ name, title, question, range }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    faults: [...faults],
  };
}

function describe(name: string, all: Dashboards): z.output<typeof boardSchema> {
  const faults = all.brokenBoards.get(name);
  if (faults !== undefined) throw badFile("bad_board", faults);
  const board = all.boards.get(name);
  if (board === undefined) throw unknownBoard(all);
  const { title, question, range, variables, rows } = board;
  const cells = rows.map((row) => row.map((cell) => describeCell(cell, board, all)));
  return { name, title, question, range, variables: [...variables], rows: cells };
}

function unknownBoard({ boards }: Dashboards): Problem {
  const known = [...boards.keys()].sort();
  return new Problem("unknown_board", `there are ${known.join(", ")}`, {
    members: { boards: known },
  });
}

function describeCell(
  cell: BoardCell,
  { file }: Board,
  { panels, brokenPanels }: Dashboards,
): z.output<typeof cellSchema> {
  const { panel: name, width, parameters, line } = cell;
  const panel = panels.get(name);
  const title = cell.title === "" ? (panel?.title ?? name) : cell.title;
  const message = cellFault(cell, panels);
  const faults = brokenPanels.get(name) ?? (message === null ? [] : [{ file, line, message }]);
  return {
    panel: name,
    title,
    width,
    parameters: { ...parameters },
    drawn: panel === undefined || faults.length > 0 ? null : drawnOf(panel),
    fault: faults.length === 0 ? null : faultLines(faults, MOST_NAMED),
  };
}

const MOST_NAMED = 3;

function drawnOf({ visual, question, columns, parameters, door }: Panel): Drawn {
  return {
    visual,
    question,
    columns: [...columns].map(([name, { unit, door }]) => ({ name, unit, door })),
    takes: [...parameters.keys()],
    door,
  };
}

type Drawn = z.output<typeof drawnSchema>;
