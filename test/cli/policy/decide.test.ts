// `weir policy decide` over more requests than fit one chunk: read and answered as a stream.
import { describe, expect, it } from "vitest";
import { weir } from "../support/weir.ts";

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

const DECIDE = ["policy", "decide", "--requests", "-"];

describe("weir policy decide --requests -", () => {
  it("answers each line in its order, whatever chunks they come in", async () => {
    const requests = Array.from({ length: 20_000 }, (_, at) =>
      JSON.stringify([at % 3 === 0 ? "alice" : "eve", `/orders/é${at}`, "GET"]),
    );
    const input = requests.join("\n");
    const { status, out } = await weir(DECIDE, { input });
    expect(status).toBe(0);
    const lines = answers(out).map(({ line }) => line);
    expect(lines).toEqual(requests.map((_, at) => (at % 3 === 0 ? 12 : 0)));
  });

  it("does not read a request out of what is left of an endless line", async () => {
    const padded = `["alice",${" ".repeat(3_000_000)}"/orders","GET"]`;
    const input = `${padded}\n["alice","/orders","GET"]`;
    const { status, out } = await weir(DECIDE, { input });
    expect(status).toBe(2);
    expect(answers(out)).toMatchObject([
      { decision: "deny", error: expect.stringContaining("more than ") },
      { decision: "allow", line: 10 },
    ]);
  });
});
