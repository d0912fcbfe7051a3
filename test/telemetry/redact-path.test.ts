// Parts of paths that a pattern names are "-" in whatever is kept of the path.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createPathRedaction } from "../../src/telemetry/redact-path.ts";

const cases: readonly [pattern: string | readonly string[], path: string, kept: string][] = [
  ["/reset/:token", "/reset/x1", "/reset/-"],
  ["/reset/:token", "/reset/x1/confirm", "/reset/-/confirm"],
  ["/reset/:token", "/reset/x1/", "/reset/-/"],
  ["/reset/:token", "/RESET/x1", "/RESET/-"],
  ["/Reset/:token", "/reset/x1", "/reset/-"],
  ["/reset/:token", "/reset", "/reset"],
  ["/reset/:token", "/reset/", "/reset/"],
  ["/reset/:token", "/resets/x1", "/resets/x1"],
  ["/reset/:token", "/a/reset/x1", "/a/reset/x1"],
  ["/users/*/keys/:key", "/users/alice/keys/x1", "/users/alice/keys/-"],
  ["/files/**", "/files/a/b/c", "/files/-/-/-"],
  ["/files/**", "/files", "/files"],
  ["/files/:owner/**", "/files/a//b", "/files/-//-"],
  ["/**", "/x1/x2", "/-/-"],
  [["/a/:x/b", "/a/*/:y"], "/a/x1/b", "/a/-/-"],
  [["/:x/b", "/a/:y"], "/a/b", "/-/-"],
  // Where a service ends segments at what paths.allow lets through.
  ["/reset/:token", "/reset%2Fx1", "/-"],
  ["/reset/:token", "/%2Freset/x1", "/-/-"],
  ["/reset/:token", "/reset/%2F/x1", "/reset/-/-"],
  ["/reset/:token", "/reset;v=1/x1", "/-/-"],
  ["/reset/:token", "/RESET;v=1/x1", "/-/-"],
  ["/reset/:token", "/reset/x1;v=1", "/reset/-"],
  ["/reset/:token", "/reset/x1%2Fx2", "/reset/-"],
  ["/reset/:token", "/resets%2Fx1", "/resets%2Fx1"],
  ["/reset/:token", "/api/a%2Fb", "/api/a%2Fb"],
  ["/users/*/keys/:key", "/users/alice%2Fkeys%2Fx1", "/users/-"],
  ["/users/*/keys/:key", "/users/a/files/b%2Fc", "/users/a/files/b%2Fc"],
  ["/files/**", "/files/a%2Fb/c", "/files/-/-"],
  ["/files/**", "/files%2Fx1/x2", "/-/-"],
  ["/a%2Fb/:token", "/a%2Fb/x1", "/a%2Fb/-"],
  [["/a/:x/b", "/c/:y"], "/c%2Fx1", "/-"],
  ["/:constructor", "*", "*"],
  ["/reset/:token", "", ""],
];

it.each(cases)("%j hides of %s: %s", (pattern, path, kept) => {
  expect(createPathRedaction([pattern].flat())?.path(path)).toBe(kept);
});

it("what was hidden stays so where the path is rewritten", () => {
  const { rewritten } = createPathRedaction(["/reset/:token", "/v1/:key"])!;
  expect(rewritten("/internal/x1/see/x2", "/reset/x1")).toBe("/internal/-/see/x2");
  expect(rewritten("/v1/x2", "/other/x1")).toBe("/v1/-");
});

it("so does all that may have been read otherwise", () => {
  const { rewritten } = createPathRedaction(["/reset/:token"])!;
  expect(rewritten("/in/reset%2Fx1", "/reset%2Fx1")).toBe("/in/-");
});

it("without patterns there is nothing to ask", () => {
  expect(createPathRedaction([])).toBeNull();
});

it("a secret at its place is never kept, and nothing else is lost", () => {
  const segment = fc.stringMatching(/^[a-z0-9.~%]{1,8}$/);
  const { path } = createPathRedaction(["/reset/:token"])!;
  fc.assert(
    fc.property(segment, fc.array(segment, { maxLength: 40 }), (secret, rest) => {
      expect(path(["", "reset", secret, ...rest].join("/"))).toBe(
        ["", "reset", "-", ...rest].join("/"),
      );
    }),
  );
});
