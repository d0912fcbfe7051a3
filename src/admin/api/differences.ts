// GET /api/v1/differences: what is different about some requests, by every attribute that rows have.
import { z } from "zod";
import { findDifferences, type Selection } from "../../store/differences/differences.ts";
import type { ScoredAttribute } from "../../store/differences/score.ts";
import { doorOf } from "../../store/panels/row-door.ts";
import type { Slice } from "../../store/time-slices.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, json, NONE } from "../http/schemas.ts";
import { moment, readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";
import { filterQuery, filtersOf, milliseconds, trafficUnlessTold } from "./filters.ts";

const HOUR_MS = 3_600_000;
const NANOS_PER_MILLI = 1e6;

const query = filterQuery.omit({ limit: true, before: true }).extend({
  kind: trafficUnlessTold,
  selected_since: moment.optional().meta({ description: "Those that began from here on" }),
  selected_until: moment.optional(),
  selected_min_duration_ms: milliseconds,
  selected_max_duration_ms: milliseconds.meta({ description: "Shorter than this" }),
  selected_status_class: filterQuery.shape.status_class,
});

const sides = z.strictObject({ selected: count, rest: count });

const valueSchema = z.strictObject({
  value: z.string(),
  selected: count.meta({ description: "Of those compared" }),
  rest: count,
  score: z.number().meta({
    description:
      "The least difference of the two shares that can be relied on, 0 to 1: the nearer end of Newcombe's 99.9 % interval",
  }),
  door: z.record(z.string(), z.string()).nullable().meta({
    description: "Filter of /api/v1/requests that leads to such requests; null: none does",
  }),
});

const answerSchema = z.strictObject({
  requests: sides.meta({ description: "How many there are; about, where not all could be read" }),
  compared: sides.meta({ description: "How many of each were compared" }),
  attributes: z
    .array(z.strictObject({ attribute: z.string(), values: z.array(valueSchema) }))
    .meta({ description: "The most telling first" }),
});

export function differencesEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/differences",
    summary: "What tells the selected requests of a window from the rest of it",
    parameters: NONE,
    query,
    body: null,
    answer: json("Attributes by how much they differ", answerSchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query: asked }) => {
      const nowMs = Date.now();
      const { sinceMs, untilMs = nowMs } = readWindow(asked, nowMs);
      const window = { sinceMs: sinceMs ?? untilMs - HOUR_MS, untilMs };
      const selection = selectionOf(asked, window, nowMs);
      const filters = filtersOf(requestFilters(asked));
      const found = await ask((store) => findDifferences(store, { filters, window, selection }));
      return { kind: "json", body: { ...found, attributes: found.attributes.map(shown) } };
    },
  });
}

type Asked = z.output<typeof query>;

function selectionOf(asked: Asked, window: Slice, nowMs: number): Selection {
  const { selected_since: since, selected_until: until } = asked;
  return {
    ...window,
    ...readWindow({ since, until }, nowMs),
    minNs: (asked.selected_min_duration_ms ?? 0) * NANOS_PER_MILLI,
    maxNs: (asked.selected_max_duration_ms ?? Infinity) * NANOS_PER_MILLI,
    statusClass: asked.selected_status_class ?? null,
  };
}

function requestFilters(asked: Asked): Parameters<typeof filtersOf>[0] {
  const {
    selected_since: _since,
    selected_until: _until,
    selected_min_duration_ms: _min,
    selected_max_duration_ms: _max,
    selected_status_class: _class,
    ...filters
  } = asked;
  return filters;
}

function shown({
  attribute,
  values,
}: ScoredAttribute): z.output<typeof answerSchema>["attributes"][number] {
  return {
    attribute,
    values: values.map((each) => ({ ...each, door: doorTo(attribute, each.value) })),
  };
}

function doorTo(attribute: string, value: string): Readonly<Record<string, string>> | null {
  if (attribute === "path") return value === "" ? null : { path: value };
  const door = doorOf({ door: {}, columns: [] }, { [attribute]: value });
  return door === null || Object.keys(door).length === 0 ? null : door;
}
