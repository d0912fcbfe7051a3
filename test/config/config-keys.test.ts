// The table of config keys against the schema it is read from, and against a real config.
import { expect, test } from "vitest";
import { CONFIG_KEYS } from "../../src/config/config-keys.ts";

const byKey = new Map(CONFIG_KEYS.map((row) => [row.key, row]));

test("every key has a type, a default and a meaning, once", () => {
  expect(byKey.size).toBe(CONFIG_KEYS.length);
  const incomplete = CONFIG_KEYS.filter((row) => !row.type || !row.default || !row.meaning);
  expect(incomplete).toEqual([]);
});

test("no cell would break a Markdown table", () => {
  expect(CONFIG_KEYS.filter((row) => /[|\n]/.test(Object.values(row).join("")))).toEqual([]);
});

test.each([
  ["workers", "whole number from 1 to 64", "number of cores"],
  ["store", "embedded or mapping", '"embedded"'],
  ["store.url", "http(s)://USER:PASSWORD@HOST:PORT/DATABASE", "required"],
  ["services.NAME.endpoints[].weight", "whole number from 0 to 1000", "1"],
  ["routes[].match.path", "path pattern, such as /orders/:id/**", '"/**"'],
  ["timeouts.connect_ms", "whole number from 10 to 604800000", "2000"],
  ["policy.explain", "true or false", "false"],
])("%s is %s, by default %s", (key, type, otherwise) => {
  expect(byKey.get(key)).toMatchObject({ type, default: otherwise });
});

test("units stand in the key of every duration and size", () => {
  const numbers = CONFIG_KEYS.filter((row) => row.type.startsWith("whole number"));
  const unitless = numbers.filter(
    (row) => !/_(?:ms|bytes|days|percent|count|per_minute|per_second)$/.test(row.key),
  );
  const counts = ["workers", "weight", "connections", "retries"];
  expect(unitless.filter(({ key }) => !counts.some((name) => key.endsWith(name)))).toEqual([]);
});
