// Makes bytes that a client might send to be read in two ways: odd requests one behind the other, then mutated.
import * as fc from "fast-check";

export const odd = (usual: readonly string[], others: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const method = odd(
  ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"],
  ["get", "G-T", ""],
);
const target = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "/",
      "/a/b?c=d",
      "/a/../b",
      "/a//b/.",
      "/%61%2e%7e",
      "/%e9%20%25",
      "/a;b=c/d",
      "/a?b=//../c",
      "/a%3fb?c%23",
      "/a?b?c=%2f",
      "/:1/@a/a:b",
      "/a,b+c&d",
      "http://other.test/x?y",
      "http://other.test:81",
      "http://other.test?q",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "*",
      "//evil.test/x",
      "/a%2fb",
      "/a\\b",
      "/%00",
      "/%zz",
      "/\xe9",
      "/..",
      "/a#b",
      "/a b",
      "http://u@h/",
      "a:1",
      "?a",
      "/a?\xff",
      "/a?b c",
      '/a?"<>',
      "/..;/x",
      "/%c0%af",
    ),
  },
);
const eol = odd(["\r\n"], ["\n", "\r", "\r\r\n", "\r\n ", "\r\n\t", "\n\r\n", "\0\r\n"]);
const space = odd([" "], ["  ", "\t", "", "\x0b", "\xa0"]);
const version = odd(
  ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"],
  ["HTTP/1.2", "http/1.1", "HTTP/1.10", ""],
);
const colon = odd([": ", ":", ":\t", ":  "], [" :", "\t:", "::", " ", ""]);
const host = odd(
  ["app.test", "APP.test:80", "[::1]:8080", "127.0.0.1"],
  ["", "a,b", "a b", "u@a", "a/b", "a:99999", "a:x", "a..b", "a.", "%61", "[::1", "a_b", "\xe9"],
);
const name = odd(
  ["X-A", "x-a", "Cookie", "Accept", "Range", "Via", "Content-Type", "X.b", "x_c", "Te", "Expect"],
  [
    "Transfer-Encoding",
    "Transfer_Encoding",
    "Content-Length",
    "Content_Length",
    "content-length ",
    "Host",
    "Connection",
    "Keep-Alive",
    "Upgrade",
    "Trailer",
    "Max-Forwards",
    "X\0",
    "(x)",
    "\xe9",
    "",
  ],
);
const value = odd(
  ["1", "a b\tc", '"q,\\"x"', "a;b=c, d", "", "\xe9\xff", "x=y; z", "trailers", "1 "],
  [
    "chunked",
    "0",
    "5",
    "+5",
    "5, 5",
    "close",
    "X-A",
    "Content-Length, Host",
    "100-continue",
    "websocket",
    "a\0b",
    "a\rb",
    "a\nX-B: c",
    "a\r\n b",
    "a\x7f",
  ],
);
const field = fc.tuple(name, colon, value, eol).map((parts) => parts.join(""));
const chunkSize = odd(
  ["5", "05", "5;x", '5;x="y z"', "5;a=b;c", "0000005"],
  ["5 ", "5\t;x", "0x5", "5;\n", "+5", "6", "4", "-5", "5_", "5;\0"],
);
const chunks = fc
  .tuple(
    fc.array(fc.tuple(chunkSize, eol, fc.constant("hello"), eol), { maxLength: 2 }),
    odd(["0", "00"], ["0;x", "-0", "", "0x0"]),
    eol,
    fc.array(field, { maxLength: 1 }),
    eol,
  )
  .map((parts) => parts.flat(2).join(""));
/** Fields that frame the body, and the body. */
const framed = fc.oneof(
  { weight: 3, arbitrary: fc.constant(["", ""] as const) },
  { weight: 3, arbitrary: fc.constant(["Content-Length: 5\r\n", "hello"] as const) },
  { weight: 1, arbitrary: fc.constant(["Content-Length: 0\r\n", ""] as const) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      odd(
        ["Transfer-Encoding: chunked\r\n", "transfer-encoding:\tChunked \r\n"],
        [
          "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: chunked, identity\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n",
          "Transfer-Encoding:\x0bchunked\r\n",
          "Transfer-Encoding:\r\n chunked\r\n",
        ],
      ),
      chunks,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 0\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 05\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 \r\n",
        "Content-Length: \x0b5\r\n",
        "Content-Length : 5\r\n",
      ),
      fc.oneof(chunks, fc.constant("hello")),
    ),
  },
);

const request = fc
  .tuple(
    fc.tuple(method, space, target, space, version, eol).map((parts) => parts.join("")),
    odd(["Host"], ["host", "HOST"]),
    host,
    fc.array(field, { maxLength: 3 }),
    framed,
  )
  .map(
    ([line, hostName, hostValue, fields, [framing, body]]) =>
      `${line}${hostName}: ${hostValue}\r\n${fields.join("")}${framing}\r\n${body}`,
  );

const mutation = fc.tuple(
  fc.nat(1_000),
  fc.constantFrom(0, 1, 1, 2),
  fc.constantFrom(...'\r\n\t\0 :;,05Ga\xff"/'.split(""), "", "\r\n", "\r\n\r\n"),
);

/** Most are sent as they are, the others with a few bytes changed anywhere. */
export const hostileBytes: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(request, { minLength: 1, maxLength: 3 }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
    ),
  )
  .map(([texts, mutations]) =>
    mutations.reduce<string>((text, [at, remove, insert]) => {
      const from = at % text.length;
      return text.slice(0, from) + insert + text.slice(from + remove);
    }, texts.join("")),
  );
