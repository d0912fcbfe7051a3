// Reads a request's body whole, inflated, and never beyond its limit.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";

const MAX_BYTES = 128 << 20;

/** Rejects in ClickHouse's words: 229 beyond the limit, 48 for an encoding it does not know. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of inflated(request)) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BYTES) {
      throw new Error(
        `Code: 229. DB::Exception: The body is larger than ${MAX_BYTES} bytes. (QUERY_IS_TOO_LARGE)`,
      );
    }
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
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
