// Answers bytes that are no HTTP request: a 4xx with a code, and a row of their own.
import type { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { Sender } from "../downstream/downstream.ts";
import { encodeReplyHead } from "../downstream/reply-head.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import { problemBody, problemHeaders, reasonOf } from "./rescue.ts";

export interface RefusalParts {
  readonly rows: { readonly append: (record: RequestRecord) => boolean };
  readonly openMalformed: (sender: Sender) => {
    record: RequestRecord;
    replyHeaders: RawHeaders;
  };
}

/** The whole reply, once its row is written; null where the row must be kept and can't be. */
export function createRefusal(
  parts: RefusalParts,
): (error: WeirError, sender: Sender) => string | null {
  return ({ code, status, source, message }, sender) => {
    const { record, replyHeaders } = parts.openMalformed(sender);
    const body = problemBody(code, record.traceId);
    record.status = status;
    record.errorCode = code;
    record.errorSource = source;
    record.fault = message;
    record.responseBytes = body.length;
    record.completed = true;
    if (!parts.rows.append(record)) return null;
    const start = {
      status,
      reason: reasonOf(status),
      fields: [...problemHeaders(body), ...replyHeaders],
    };
    return encodeReplyHead(start, "length", "Connection: close\r\n") + body;
  };
}
