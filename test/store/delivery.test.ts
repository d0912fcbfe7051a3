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

test("an INSERT of too many days is tried in pieces; a table of too many parts is waited for", () => {
  const kindOf = (reason: string) => deliveryOf(252, reason).kind;
  expect(kindOf("Too many partitions for single INSERT block (more than 100).")).toBe("rejected");
  expect(kindOf("Too many parts (3000 with average size of 1 KiB) in table")).toBe("retry");
});
