// How many records of TLS 1.3 went each way on a connection, from the bytes that its sockets count.
import { HEADER_BYTES, type Suite, TAG_BYTES } from "./traffic-key.ts";

/** Bytes by both sockets of a connection: `sealed*` as they travel, the others as they are read and written. */
export interface Traffic {
  readonly sealedIn: number;
  readonly sealedOut: number;
  readonly in: number;
  readonly out: number;
  /** Records with content that were read. */
  readonly reads: number;
}

/** What went by before the first content was written; `reads` and `in` may have begun. */
export interface Beginning extends Traffic {
  /** Of `sealedOut`, without session tickets. */
  readonly handshakeOut: number;
  /** Session tickets that OpenSSL sends unless the client wants none. */
  readonly tickets: number;
  /** Of `sealedIn`, the client's hello. */
  readonly helloBytes: number;
}

export interface RecordCount {
  readonly read: number;
  readonly written: number;
}

/** What a record has besides its content: header, type and tag. */
const OVERHEAD = HEADER_BYTES + 1 + TAG_BYTES;
const HANDSHAKE_HEADER_BYTES = 4;
const CHANGE = HEADER_BYTES + 1;
/** An empty context and an empty list (section 4.4.2). */
const NO_CERTIFICATE = HANDSHAKE_HEADER_BYTES + 4 + OVERHEAD;
/** What is encrypted of a ticket comes in such blocks, the rest of its record is 111 bytes: one less than seven of them. */
const TICKET_BLOCK = 16;

/**
 * null where there was anything but tickets and full records of content: a record that is not whole yet,
 * padding, a KeyUpdate. Guessing is out of the question, since two records under one count give their
 * content away.
 */
export function countRecords(
  begin: Beginning,
  now: Traffic,
  { hashBytes }: Pick<Suite, "hashBytes">,
): RecordCount | null {
  const ticketBytes = begin.sealedOut - begin.handshakeOut;
  const tickets = ticketBytes === 0 ? 0 : begin.tickets;
  const areTickets = ticketBytes >= 0 && (ticketBytes + tickets) % TICKET_BLOCK === 0;
  if (!areTickets || begin.out !== 0) return null;
  // Both of them: the client's part of the handshake, and nothing else.
  if (unexplainedIn(begin) !== unexplainedIn(now)) return null;
  // Where that can't be told, a whole record after it shows that there was no part of one.
  if (!isUsual(begin, hashBytes) && now.reads === begin.reads) return null;
  const written = (now.sealedOut - begin.sealedOut - now.out) / OVERHEAD;
  if (!Number.isInteger(written) || written < 0) return null;
  return { read: now.reads, written: tickets + written };
}

/**
 * A hello, a change of cipher for middleboxes (RFC 8446 appendix D.4) or none, a certificate message without
 * a certificate where one was asked for, and Finished.
 */
function isUsual(begin: Beginning, hashBytes: number): boolean {
  const finished = HANDSHAKE_HEADER_BYTES + hashBytes + OVERHEAD;
  const rest = unexplainedIn(begin) - begin.helloBytes - finished;
  return (
    rest === 0 || rest === CHANGE || rest === NO_CERTIFICATE || rest === CHANGE + NO_CERTIFICATE
  );
}

function unexplainedIn({ sealedIn, in: read, reads }: Traffic): number {
  return sealedIn - read - reads * OVERHEAD;
}
