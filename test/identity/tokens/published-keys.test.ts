// A worker's view of published keys: asked for at most once a second, and never waited for without end.
import { expect, test, vi } from "vitest";
import { PublishedKeys, placeOf } from "../../../src/identity/tokens/published-keys.ts";
import { createSigner, manualClock, tokenOptions } from "./support.ts";

const OPTIONS = tokenOptions({ jwks_url: "https://issuer.test/keys" });
const place = placeOf(OPTIONS);

function make() {
  const clock = manualClock();
  const asked: string[] = [];
  const published = new PublishedKeys({ clock, ask: (each) => void asked.push(each) });
  return { clock, asked, published, source: published.open(OPTIONS) };
}

test("all who lack a key share one question, and the next one is a second later", async () => {
  const { clock, asked, published, source } = make();
  const waiting = [source.refresh(), source.refresh(), published.open(OPTIONS).refresh()];
  expect(new Set(waiting).size).toBe(1);
  expect(asked).toEqual([place]);
  published.answered(place);
  await waiting[0];
  expect(source.refresh()).toBeNull();
  clock.pass(1_000);
  expect(source.refresh()).toBeInstanceOf(Promise);
  expect(asked).toEqual([place, place]);
});

test("a main thread that does not answer is waited for 11 s", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const waiting = make().source.refresh();
    vi.advanceTimersByTime(11_000);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});

test("a set that stays as it was is the same array, and one that is gone is unknown", async () => {
  const { published, source } = make();
  const { jwk } = await createSigner();
  const text = JSON.stringify({ keys: [jwk] });
  expect(source.current()).toBeNull();
  published.replace([{ place, text }]);
  const keys = source.current();
  expect(keys?.map(({ kid }) => kid)).toEqual(["k1"]);
  published.replace([
    { place: "another", text },
    { place, text },
  ]);
  expect(source.current()).toBe(keys);
  published.replace([{ place, text: `${text} ` }]);
  expect(source.current()).not.toBe(keys);
  published.replace([]);
  expect(source.current()).toBeNull();
});
