// The name a TLS client asks for (RFC 6066 section 3), read from its first bytes before anything is decided.

const RECORD_HEAD = 5;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const HOST_NAME = 0;
const SERVER_NAME = 0;
const MESSAGE_HEAD = 4;
/** Of a record (RFC 8446 section 5.1). */
const MAX_RECORD = 16_384;
/** A hello that is longer, with all its records, is for OpenSSL to judge; its name counts if it comes sooner. */
const MAX_HELLO = RECORD_HEAD + MAX_RECORD;

/** "": it asks for none, or this is no hello that could be read; null: more bytes are needed. */
export function serverNameOf(bytes: Buffer): string | null {
  const { hello, isBroken } = messageIn(bytes);
  if (!isWhole(hello)) {
    if (isBroken) return "";
    if (bytes.length < MAX_HELLO) return null;
  }
  try {
    return nameIn(hello);
  } catch (thrown) {
    // A length in it points behind its end.
    if (thrown instanceof RangeError) return "";
    throw thrown;
  }
}

interface Message {
  /** What is there of it: it may be spread over many records, which may end anywhere. */
  readonly hello: Buffer;
  /** Something else follows. */
  readonly isBroken: boolean;
}

function messageIn(bytes: Buffer): Message {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const isBroken = bytes[at] !== HANDSHAKE_RECORD;
    if (isBroken || at + RECORD_HEAD > bytes.length)
      return { hello: Buffer.concat(parts), isBroken };
    const size = bytes.readUInt16BE(at + 3);
    if (size === 0 || size > MAX_RECORD) return { hello: Buffer.alloc(0), isBroken: true };
    at += RECORD_HEAD;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return { hello: Buffer.concat(parts), isBroken: false };
}

/** By its own length; so is what can be no hello, for it gets no longer. */
function isWhole(message: Buffer): boolean {
  if (message.length > 0 && message[0] !== CLIENT_HELLO) return true;
  return (
    message.length >= MESSAGE_HEAD && message.length >= MESSAGE_HEAD + message.readUIntBE(1, 3)
  );
}

/** RFC 8446 section 4.1.2. */
function nameIn(hello: Buffer): string {
  if (hello.readUInt8(0) !== CLIENT_HELLO) return "";
  // Type and length, version, random.
  let at = MESSAGE_HEAD + 2 + 32;
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
