// Where rows come from: the resource and the scope, encoded once for all rows that they have in common.
import { RESOURCE, SCOPE } from "../otlp/messages.ts";
import { MessageScan } from "../otlp/scan.ts";
import { Attributes } from "./attributes.ts";
import { JsonLines } from "./json-lines.ts";
import { LIMITS } from "./limits.ts";
import type { Tally } from "./tally.ts";

/** Values in JSON, each with the comma that follows it. */
export interface ResourcePieces {
  readonly service: Buffer;
  readonly attributes: Buffer;
  readonly schemaUrl: Buffer;
}

export interface ScopePieces {
  readonly name: Buffer;
  readonly version: Buffer;
  readonly attributes: Buffer;
  readonly droppedAttributes: Buffer;
  readonly schemaUrl: Buffer;
}

export interface Origin {
  readonly resource: ResourcePieces;
  readonly scope: ScopePieces;
}

const SERVICE_NAME = Buffer.from("service.name");
/** Of the messages that hold what is told of by resource, and by scope. */
const ABOUT = 1;
const SCHEMA_URL = 3;

/** Reads the two for a request at a time. */
export class OriginReader {
  readonly #lines: JsonLines;
  readonly #attributes: Attributes;
  readonly #resource = new MessageScan(RESOURCE);
  readonly #scope = new MessageScan(SCOPE);
  #bytes: Buffer = Buffer.alloc(0);

  constructor(tally: Tally) {
    this.#lines = new JsonLines(tally);
    this.#attributes = new Attributes(tally);
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
  }

  /** Of a message that holds what is told of by resource. */
  resource(outer: MessageScan): ResourcePieces {
    this.#lines.reset(this.#bytes);
    this.#resource.read(this.#bytes, outer.start(ABOUT), outer.end(ABOUT));
    this.#attributes.read(this.#bytes, this.#resource.list(1));
    return {
      service: this.#made((lines) => this.#attributes.writeValueOf(SERVICE_NAME, lines)),
      attributes: this.#made((lines) => this.#attributes.write(lines, LIMITS.resource)),
      schemaUrl: this.#text(outer, SCHEMA_URL),
    };
  }

  scope(outer: MessageScan): ScopePieces {
    this.#lines.reset(this.#bytes);
    const scan = this.#scope;
    scan.read(this.#bytes, outer.start(ABOUT), outer.end(ABOUT));
    this.#attributes.read(this.#bytes, scan.list(3));
    return {
      name: this.#text(scan, 1),
      version: this.#text(scan, 2),
      attributes: this.#made((lines) => this.#attributes.write(lines, LIMITS.scope)),
      droppedAttributes: this.#made((lines) => lines.bare(String(scan.uint32(this.#bytes, 4)))),
      schemaUrl: this.#text(outer, SCHEMA_URL),
    };
  }

  #text(scan: MessageScan, number: number): Buffer {
    return this.#made((lines) => lines.string(scan.start(number), scan.end(number), LIMITS.name));
  }

  #made(write: (lines: JsonLines) => void): Buffer {
    const from = this.#lines.length;
    write(this.#lines);
    return this.#lines.piece(from);
  }
}
