// The name a TLS client asks for (RFC 6066 section 3), read from its first bytes before anything is decided.

const RECORD_HEAD = 5;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const HOST_NAME = 0;
const SERVER_NAME = 0;
/** Of a record (RFC 8446 section 5.1); a hello of several records is for OpenSSL to judge, without a name. */
const MAX_RECORD = 16_384;

/** "": it asks for none, or this is no hello that could be read; null: more bytes are needed. */
export function serverNameOf(bytes: Buffer): string | null {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return "";
  if (bytes.length < RECORD_HEAD) return null;
  const end = RECORD_HEAD + bytes.readUInt16BE(3);
  if (end - RECORD_HEAD > MAX_RECORD) return "";
  if (bytes.length < end) return null;
  try {
    return nameIn(bytes.subarray(RECORD_HEAD, end));
  } catch (thrown) {
    // A length in it points behind its end.
    if (thrown instanceof RangeError) return "";
    throw thrown;
  }
}

/** RFC 8446 section 4.1.2. */
function nameIn(hello: Buffer): string {
  if (hello.readUInt8(0) !== CLIENT_HELLO) return "";
  // Type and length, version, random.
  let at = 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at === hello.length) return "";
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = hello.readUInt16BE(at);
    const size = hello.readUInt16BE(at + 2);
    at += 4;
    if (type === SERVER_NAME) return firstName(hello.subarray(at, at + size));
    at += size;
  }
  return "";
}

function firstName(list: Buffer): string {
  if (list.readUInt8(2) !== HOST_NAME) return "";
  return list.toString("latin1", 5, 5 + list.readUInt16BE(3));
}
