// `weir policy decide` over more requests than fit one chunk: read and answered as a stream.
import { describe, expect, it } from "vitest";
import { weirPolicy } from "./support.ts";

interface Answer {
  readonly decision: string;
  readonly line: number;
  readonly error?: string;
}

function answers(out: string): readonly Answer[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

describe("weir policy decide --requests -", () => {
  it("answers each line in its order, whatever chunks they come in", () => {
    const requests = Array.from({ length: 20_000 }, (_, at) =>
      JSON.stringify([at % 3 === 0 ? "alice" : "eve", `/orders/é${at}`, "GET"]),
    );
    const { status, out } = weirPolicy(["decide", "--requests", "-"], requests.join("\n"));
    expect(status).toBe(0);
    const lines = answers(out).map(({ line }) => line);
    expect(lines).toEqual(requests.map((_, at) => (at % 3 === 0 ? 12 : 0)));
  });

  it("does not read a request out of what is left of an endless line", () => {
    const padded = `["alice",${" ".repeat(3_000_000)}"/orders","GET"]`;
    const { status, out } = weirPolicy(
      ["decide", "--requests", "-"],
      `${padded}\n["alice","/orders","GET"]`,
    );
    expect(status).toBe(2);
    expect(answers(out)).toMatchObject([
      { decision: "deny", error: expect.stringContaining("more than ") },
      { decision: "allow", line: 10 },
    ]);
  });
});
