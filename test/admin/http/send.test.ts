// Answers in pieces are the same JSON as answers in one.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pieces } from "../../../src/admin/http/send.ts";

test("the pieces together are the object", () => {
  const element = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.object({ maxDepth: 1 }),
  );
  const list = fc
    .tuple(fc.array(element, { maxLength: 3 }), fc.integer({ min: 0, max: 1300 }))
    .map(([some, count]) => Array.from({ length: count }, (_, at) => some[at % some.length] ?? at));
  const body = fc.dictionary(fc.string(), fc.oneof(list, element), { maxKeys: 4 });
  fc.assert(
    fc.property(body, (object) => {
      const whole = JSON.parse(JSON.stringify(object)) as unknown;
      expect(JSON.parse([...pieces(object)].join(""))).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});

test("a long list is cut, a short one is not", () => {
  const rows = Array.from({ length: 1200 }, (_, at) => at);
  expect([...pieces({ columns: [1], rows, next: null })]).toHaveLength(5);
  expect([...pieces({ rows: rows.slice(0, 500) })]).toHaveLength(1);
});
