// The layout of the service map: the same for the same, and calm whatever comes or goes.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  layoutMap,
  type MapLayout,
  neighbourOf,
  NODE_HEIGHT,
} from "../../dashboards/web/src/pages/map/map-layout.ts";
import { type NodeKind, OTHERS } from "../../dashboards/web/src/service-map.ts";

const KINDS: readonly NodeKind[] = ["caller", "route", "service", "endpoint", "app"];

const node = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    name: fc.oneof(fc.string({ maxLength: 3 }), fc.constant(OTHERS)),
    group: fc.constantFrom("", "a", "b"),
  })
  .map((each) => ({ ...each, id: [each.kind, each.group, each.name].join("/") }));
const nodes = fc.uniqueArray(node, { selector: ({ id }) => id, maxLength: 24 });

/** A map, and one more node that its links may lead to. */
const grown = fc.tuple(nodes, node).chain(([all, more]) => {
  const rest = all.filter(({ id }) => id !== more.id);
  const id = fc.constantFrom(...[...rest, more].map((each) => each.id));
  const links = fc.array(fc.record({ from: id, to: id }), { maxLength: 40 });
  return fc.record({ rest: fc.constant(rest), more: fc.constant(more), links });
});

/** Pairs of nodes in one column, the upper one first. */
function orders({ places }: MapLayout): readonly string[] {
  const all = [...places];
  return all.flatMap(([id, place]) =>
    all
      .filter(([, other]) => other.column === place.column && other.y > place.y)
      .map(([other]) => `${id} above ${other}`),
  );
}

describe("layout", () => {
  it("is the same for the same nodes in whatever order, and lays none over another", () => {
    fc.assert(
      fc.property(grown, fc.func(fc.integer()), ({ rest, links }, rank) => {
        const layout = layoutMap(rest, links);
        const shuffled = rest.toSorted((a, b) => rank(a.id) - rank(b.id));
        expect(new Map(layoutMap(shuffled, links.toReversed()).places)).toEqual(layout.places);
        const spots = [...layout.places.values()].map(({ x, y }) => `${x} ${y}`);
        expect(new Set(spots).size).toBe(rest.length);
        for (const { y } of layout.places.values()) {
          expect(y + NODE_HEIGHT).toBeLessThanOrEqual(layout.height);
        }
      }),
    );
  });

  it("moves no node past another when one comes with all its calls", () => {
    fc.assert(
      fc.property(grown, ({ rest, more, links }) => {
        const old = links.filter(({ from, to }) => from !== more.id && to !== more.id);
        const before = layoutMap(rest, old);
        const after = layoutMap([...rest, more], links);
        const swapped = new Set(orders(after));
        for (const order of orders(before)) {
          expect(swapped.has(order.split(" above ").toReversed().join(" above "))).toBe(false);
        }
      }),
    );
  });

  it("leads from left to right as calls do, and ends in cycles of applications", () => {
    const app = (name: string) => ({ id: name, kind: "app" as const, name, group: "" });
    const endpoint = { id: "e", kind: "endpoint" as const, name: "e", group: "s" };
    const links = [
      { from: "e", to: "one" },
      { from: "one", to: "two" },
      { from: "two", to: "three" },
      { from: "three", to: "one" },
    ];
    const layout = layoutMap([app("three"), app("two"), app("one"), endpoint], links);
    const columns = ["e", "one", "two", "three"].map((id) => layout.places.get(id)?.column);
    expect(columns).toEqual([0, 1, 2, 3]);
    expect(neighbourOf(layout, "one", [1, 0])).toBe("two");
    expect(neighbourOf(layout, "one", [-1, 0])).toBe("e");
    expect(neighbourOf(layout, "e", [-1, 0])).toBeNull();
    expect(neighbourOf(layout, "e", [0, 1])).toBeNull();
  });
});
