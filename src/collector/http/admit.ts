// What a request's head must say before its body is read.
import type { IncomingMessage } from "node:http";
import { HeaderList } from "../../core/header-list.ts";
import type { Authenticator } from "../../identity/authenticator.ts";
import { OTLP_SIGNALS, type OtlpSignal } from "../decoder.ts";
import type { Failure } from "./answers.ts";
import { CODINGS, type Coding, isCoding } from "./inflate.ts";
import { type Encoding, encodingOf } from "./media.ts";

export interface Refused {
  readonly failure: Failure;
  /** For the sender. */
  readonly message: string;
}

export interface Admitted {
  readonly encoding: Encoding;
  readonly coding: Coding;
}

const PATHS = new Map(OTLP_SIGNALS.map((signal) => [`/v1/${signal}`, signal]));

/** undefined: this path is none of the three. */
export function signalOf(request: IncomingMessage): OtlpSignal | undefined {
  const [path = ""] = (request.url ?? "").split("?", 1);
  return PATHS.get(path);
}

/** `keys`: null where everybody may send. */
export function admit(request: IncomingMessage, keys: Authenticator | null): Admitted | Refused {
  if (request.method !== "POST") return refused("not_allowed", "only POST is answered here");
  if (keys !== null && !isKnown(request, keys)) {
    return refused("unauthenticated", "a key of collector.keys is needed in x-api-key");
  }
  const encoding = encodingOf(request.headers["content-type"]);
  if (encoding === null) {
    return refused(
      "unsupported",
      "content-type is neither application/x-protobuf nor application/json",
    );
  }
  const coding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (isCoding(coding)) return { encoding, coding };
  return refused("unsupported", `content-encoding is none of ${CODINGS.join(", ")}`);
}

function isKnown({ rawHeaders }: IncomingMessage, keys: Authenticator): boolean {
  const verified = keys.authenticate(new HeaderList(rawHeaders), { address: "", tls: null });
  return verified !== null && "outcome" in verified && verified.outcome === "ok";
}

export function refused(failure: Failure, message: string): Refused {
  return { failure, message };
}
