// The role graph: who holds what, and by which chain of links.
import { array, assert, constantFrom, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { graphOf } from "../support.ts";

const CHAIN = Array.from({ length: 10 }, (_, at) => [`n${at}`, `n${at + 1}`]);

describe("path", () => {
  it.each([
    { what: "itself", links: [["a", "b"]], ask: ["a", "a"], path: ["a"] },
    { what: "itself, unknown", links: [], ask: ["x", "x"], path: ["x"] },
    { what: "one link", links: [["a", "b"]], ask: ["a", "b"], path: ["a", "b"] },
    { what: "against the links", links: [["a", "b"]], ask: ["b", "a"], path: null },
    {
      what: "the shorter way",
      links: [
        ["a", "b"],
        ["b", "c"],
        ["c", "d"],
        ["a", "c"],
      ],
      ask: ["a", "d"],
      path: ["a", "c", "d"],
    },
    {
      what: "the first of two as short",
      links: [
        ["a", "y"],
        ["a", "x"],
        ["x", "z"],
        ["y", "z"],
      ],
      ask: ["a", "z"],
      path: ["a", "y", "z"],
    },
    {
      what: "round a circle",
      links: [
        ["a", "b"],
        ["b", "a"],
        ["b", "c"],
      ],
      ask: ["a", "c"],
      path: ["a", "b", "c"],
    },
    {
      what: "in its domain",
      links: [
        ["a", "b", "d1"],
        ["b", "c", "d1"],
      ],
      ask: ["a", "c", "d1"],
      path: ["a", "b", "c"],
    },
    { what: "not in another", links: [["a", "b", "d1"]], ask: ["a", "b", "d2"], path: null },
    {
      what: "ten links",
      links: CHAIN,
      ask: ["n0", "n10"],
      path: [...CHAIN.map(([from]) => from), "n10"],
    },
  ] as const)("$what", ({ links, ask: [name, role, domain = ""], path }) => {
    expect(graphOf(links).path(name, role, domain)).toEqual(path);
  });

  it("is there exactly where the role is held, and is made of links", () => {
    const name = constantFrom("a", "b", "c", "d", "e");
    const links = array(tuple(name, name), { maxLength: 10 });
    assert(
      property(links, name, name, (pairs, from, to) => {
        const graph = graphOf(pairs);
        const path = graph.path(from, to, "");
        expect(path !== null).toBe(graph.holds(from, to, ""));
        if (path === null) return;
        expect([path[0], path.at(-1)]).toEqual([from, to]);
        expect(new Set(path).size).toBe(path.length);
        for (const [at, role] of path.slice(1).entries()) {
          expect(pairs).toContainEqual([path[at], role]);
        }
      }),
    );
  });
});
