// The shortcut never says no where the function itself says yes.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { patternFault } from "../../../src/policy/functions/patterns.ts";
import { quickFunctions } from "../../../src/policy/functions/quick-functions.ts";

const NAMES = ["keyMatch2", "keyMatch3", "keyMatch4"];
const functions = matchingFunctions();
const quick = quickFunctions(functions);

const piece = fc.constantFrom(
  "a",
  "b",
  "/",
  "-",
  "_",
  "/:id",
  "/{id}",
  "/*",
  "*",
  "?",
  "+",
  "|",
  ".",
  "(",
  ")",
  "{1}",
  "{0}",
);
const text = fc.array(fc.constantFrom("a", "b", "/", "-", "_", "."), { maxLength: 6 });

it.each(NAMES)("%s", (name) => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, letters) => {
      const pattern = pieces.join("");
      fc.pre(patternFault(name, pattern) === "");
      const path = letters.join("");
      expect(quick.get(name)?.(path, pattern)).toBe(functions.get(name)?.(path, pattern));
    }),
    { numRuns: 3000 },
  );
});
