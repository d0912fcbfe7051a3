import { expect, test } from "vitest";
import { NewestMap } from "../../src/core/newest-map.ts";

test("keeps the newest, and what is set again is new again", () => {
  const map = new NewestMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([3, undefined, 4]);
});
