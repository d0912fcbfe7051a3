// A request's body, inflated, and never beyond its limit.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";

const MAX_BYTES = 128 << 20;
const TOO_LARGE = `Code: 229. DB::Exception: The body is larger than ${MAX_BYTES} bytes. (QUERY_IS_TOO_LARGE)`;

/**
 * Gives a request's body to `take` piece by piece, inflated. The stream fails in ClickHouse's words: 229 beyond the
 * limit. Throws 48 for an encoding it does not know.
 */
export function bodyOf(request: IncomingMessage, take: (piece: Buffer) => void): Readable {
  const body = inflated(request);
  let size = 0;
  return body.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size <= MAX_BYTES) take(piece);
    else body.destroy(new Error(TOO_LARGE));
  });
}

/** All of it. Rejects as `bodyOf` fails. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await finished(bodyOf(request, (piece) => void pieces.push(piece)));
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function inflated(request: IncomingMessage): Readable {
  const encoding = request.headers["content-encoding"] ?? "identity";
  const forward = (inflate: Readable & NodeJS.WritableStream): Readable => {
    request.on("error", (error) => inflate.destroy(error));
    return request.pipe(inflate);
  };
  switch (encoding) {
    case "identity":
      return request;
    case "gzip":
      return forward(createGunzip());
    case "deflate":
      return forward(createInflate());
    case "br":
      return forward(createBrotliDecompress());
    case "zstd":
      return forward(createZstdDecompress());
    default:
      throw new Error(
        `Code: 48. DB::Exception: Unknown content encoding ${encoding}. (NOT_IMPLEMENTED)`,
      );
  }
}
