// Makes bytes that an upstream might answer with: odd heads and bodies, then mutated.
import * as fc from "fast-check";
import { odd } from "./requests.ts";

const eol = odd(["\r\n"], ["\n", "\r", "\r\r\n", "\r\n ", "\0\r\n"]);
const statusLine = odd(
  ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 500 ", "HTTP/1.0 200 OK"],
  [
    "HTTP/1.1 204 No Content",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 999 \xff",
    "HTTP/1.1 100 Continue",
    "HTTP/1.1 101 Switching Protocols",
    "HTTP/2 200",
    "HTTP/1.1 20",
    "ICY 200 OK",
    "HTTP/1.1  200 OK",
    "",
  ],
);
const field = odd(
  ["X-A: 1", "Content-Type: text/plain", "Set-Cookie: a=b; Path=/", "Connection: keep-alive"],
  [
    "Connection: close",
    "Connection: X-A, content-length",
    "Content-Length: 5",
    "Content-Length: 0",
    "Content-Length: 5, 5",
    "content-length:  7 ",
    "Content-Length: +5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "transfer_encoding: chunked",
    "Transfer-Encoding : chunked",
    "Content-Encoding: gzip",
    "Keep-Alive: timeout=0",
    "Trailer: X-T",
    "Upgrade: h2c",
    "X-Obs: \x80\x85\xff",
    "X-Ctl: a\x01b",
    " folded: 1",
    ": nameless",
    "no colon",
    `X-Long: ${"x".repeat(10_000)}`,
  ],
);
const body = odd(
  ["hello", "", "5\r\nhello\r\n0\r\n\r\n"],
  [
    "5\r\nhello\r\n",
    "5;x=y\r\nhello\r\n0\r\nX-T: 1\r\nSet-Cookie: evil=1\r\n\r\n",
    "5\nhello\n0\n\n",
    "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "helloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "hello\r\n\r\n",
    "h".repeat(100_000),
  ],
);
const framing = odd(
  ["Content-Length: 5", "Transfer-Encoding: chunked", "X-Framing: none"],
  ["Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 6", "Content-Length: 4"],
);
/** No whole one but 100: Python's http.client takes any other for the reply (RFC 9110 section 15.2 wants it passed on). */
const interim = odd(
  [""],
  [
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\nhello",
    "\r\n",
  ],
);

/** Latin-1. */
export const hostileResponse: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(interim, statusLine, eol),
    fc.tuple(fc.array(fc.tuple(field, eol), { maxLength: 4 }), framing),
    fc.tuple(eol, body),
  )
  .map(([[early, status, end], [fields, frame], [blank, content]]) => {
    const lines = fields.map(([text, lineEnd]) => text + lineEnd).join("");
    return `${early}${status}${end}${lines}${frame}\r\n${blank}${content}`;
  });
