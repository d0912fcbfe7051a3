// What is remembered of texts, and what is not: nobody may fill the memory with names.
import { expect, test } from "vitest";
import { remembering } from "../../src/core/remembering.ts";

test("short texts are made once, long ones each time, and too many are forgotten", () => {
  const asked: string[] = [];
  const lower = remembering((text) => {
    asked.push(text);
    return text.toLowerCase();
  });
  const long = "L".repeat(65);
  const timesOf = (text: string): number => asked.filter((each) => each === text).length;
  for (const text of ["Host", "Host", long, long]) expect(lower(text)).toBe(text.toLowerCase());
  expect([timesOf("Host"), timesOf(long)]).toEqual([1, 2]);
  for (let at = 0; at < 1000; at++) lower(`Name-${at}`);
  lower("Name-999");
  lower("Host");
  expect([timesOf("Name-999"), timesOf("Host")]).toEqual([1, 2]);
});

test("false and empty are remembered, too", () => {
  let asked = 0;
  const isToken = remembering(() => {
    asked++;
    return false;
  });
  expect([isToken("a b"), isToken("a b"), asked]).toEqual([false, false, 1]);
});
