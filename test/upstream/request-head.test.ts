// What is written upstream, to the byte, and what is refused.
import { expect, test } from "vitest";
import { declaredLength, encodeHead } from "../../src/upstream/request-head.ts";
import { requestOf } from "./support.ts";

test("a head is written as given", () => {
  const headers = ["Host", "a", "X-Two", "\xe9", "x-two", "", "Content-Length", "3"];
  expect(
    encodeHead(requestOf({ method: "PUT", target: "/a?b=%20", headers, body: "length" })),
  ).toBe("PUT /a?b=%20 HTTP/1.1\r\nHost: a\r\nX-Two: \xe9\r\nx-two: \r\nContent-Length: 3\r\n\r\n");
});

test("upgrade and chunked add their fields", () => {
  expect(encodeHead(requestOf({ headers: [], upgrade: "websocket" }))).toBe(
    "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  expect(encodeHead(requestOf({ headers: [], body: "chunked" }))).toBe(
    "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
});

test.each([
  { method: "G ET" },
  { method: "" },
  { target: "" },
  { target: "/ HTTP/1.1\r\nX: y" },
  { target: "/a b" },
  { target: "/\u010a" },
  { headers: ["A\r\nB", "x"] },
  { headers: ["A:", "x"] },
  { headers: ["", "x"] },
  { headers: ["A", "x\r\nB: y"] },
  { headers: ["A", "x\ny"] },
  { headers: ["A", "x\0"] },
  { headers: ["A", "\u010d\u010aB: y"] },
  { upgrade: "x\r\nB: y" },
])("refused: %j", (changes) => {
  expect(() => encodeHead(requestOf(changes))).toThrow("not writable");
});

test.each([
  { body: "none", headers: [], length: 0 },
  { body: "none", headers: ["content-length", "0"], length: 0 },
  { body: "length", headers: ["CONTENT-LENGTH", "12"], length: 12 },
  { body: "chunked", headers: [], length: -1 },
] as const)("body length of %j", ({ body, headers, length }) => {
  expect(declaredLength(requestOf({ body, headers }))).toBe(length);
});

test.each([
  { body: "none", headers: ["Content-Length", "1"] },
  { body: "length", headers: [] },
  { body: "length", headers: ["Content-Length", "1x"] },
  { body: "length", headers: ["Content-Length", "1", "content-length", "1"] },
  { body: "chunked", headers: ["Content-Length", "1"] },
  { body: "chunked", headers: ["Transfer-Encoding", "chunked"] },
  { body: "none", headers: ["transfer-encoding", "chunked"] },
] as const)("contradictory framing is refused: %j", ({ body, headers }) => {
  expect(() => declaredLength(requestOf({ body, headers }))).toThrow("not writable");
});
