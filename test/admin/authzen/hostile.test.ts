// Random bodies: whatever is sent to AuthZEN's endpoints, the answer is a described one and never a failure of weir's.
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  ADMIN,
  ALICE,
  ARCHIVED,
  CERTIFICATION,
  READ,
  RECORD_1,
} from "../support/authzen-certification.ts";
import { type AuthzenServer, startAuthzen } from "../support/authzen-kit.ts";

const PATHS = ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"];
const RUNS = 400;

let server: AuthzenServer;

beforeAll(async () => {
  server = await startAuthzen(CERTIFICATION);
});

afterAll(() => server?.close());

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>("__proto__", "\ud800", "\u0000", "", -0, 1e308, [], {}, null),
);
/** Mostly as it should be, so that one thing is wrong at a time. */
const mostly = (sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: sound }, { weight: 1, arbitrary: odd });

const name = fc.constantFrom("__proto__", "constructor", "role", "status", "soft", "toString");
const properties = mostly(fc.dictionary(fc.oneof(fc.string(), name), odd, { maxKeys: 4 }));
const entity = mostly(
  fc.oneof(
    fc.constantFrom<unknown>(ALICE, ADMIN, RECORD_1, ARCHIVED),
    fc.record({ type: mostly(fc.string()), id: mostly(fc.string()), properties }),
  ),
);
const action = mostly(
  fc.oneof(fc.constant<unknown>(READ), fc.record({ name: mostly(fc.string()), properties })),
);
const page = mostly(
  fc.record({ limit: mostly(fc.nat()), token: mostly(fc.constant("")) }, { requiredKeys: [] }),
);
const question = { subject: entity, resource: entity, action, context: properties };
const evaluations = fc.array(fc.record(question, { requiredKeys: [] }), { maxLength: 4 });
const options = mostly(
  fc.record({ evaluations_semantic: mostly(fc.constantFrom("deny_on_first_deny", "execute_all")) }),
);
const body = mostly(
  fc.record(
    { ...question, page, options, evaluations: mostly(evaluations), more: odd },
    { requiredKeys: ["subject", "resource", "action"] },
  ),
);

it("never fails", async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), body, async (path, sent) => {
      const { status } = await server.ask(`/access/v1/${path}`, JSON.stringify(sent) ?? "");
      expect([200, 400]).toContain(status);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  // Both are met, or the bodies would test nothing.
  expect(Math.min(statuses.get(200) ?? 0, statuses.get(400) ?? 0)).toBeGreaterThan(RUNS / 50);
});

it("keeps a row of each decision that any reader of JSON reads", () => {
  const rows = server.rows().filter(({ kind }) => kind === "decision");
  expect(rows.length).toBeGreaterThan(0);
  for (const { policy_request: request, policy_replay: replay } of rows) {
    if (replay === "json")
      expect(() => (request as string[]).map((text) => JSON.parse(text))).not.toThrow();
  }
});
