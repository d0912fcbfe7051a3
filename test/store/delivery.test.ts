import { expect, test } from "vitest";
import { deliveryOf } from "../../src/store/delivery.ts";

test.each([
  [null, "retry"],
  [27, "rejected"],
  [16, "rejected"],
  [117, "rejected"],
  [60, "retry"],
  [81, "retry"],
  [159, "retry"],
  [202, "retry"],
  [241, "retry"],
  [252, "retry"],
  [516, "retry"],
])("exception %s means %s", (code, kind) => {
  expect(deliveryOf(code, "why")).toEqual({ kind, reason: "why" });
});
