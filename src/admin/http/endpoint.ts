// One definition for each endpoint: what the server registers is what the OpenAPI document describes.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import { issueWords } from "./issue-words.ts";
import { Problem, type ProblemCode } from "./problem.ts";

export type Reply =
  | {
      readonly kind: "json";
      readonly body: Readonly<Record<string, unknown>>;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "text"; readonly type: string; readonly text: string }
  /** Writes for as long as it likes. */
  | { readonly kind: "stream"; readonly open: (response: ServerResponse) => void | Promise<void> };

export interface Answer {
  readonly about: string;
  readonly type: string;
  readonly schema: z.ZodType;
  /** Another status with the same shape. */
  readonly or?: number;
}

/** What a request says, before it is checked. */
interface RawInput {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** For its head; its body is read. */
  readonly request: IncomingMessage;
}

interface Described {
  readonly method: "get" | "post" | "delete";
  /** As in OpenAPI: /api/v1/traces/{id}. */
  readonly path: string;
  readonly summary: string;
  readonly answer: Answer;
  /** Problems of its own, besides those every endpoint has. */
  readonly problems: readonly ProblemCode[];
  /** Answered to anyone, without a token. */
  readonly open?: true;
  /** What of it is a change, and so an audit row; null: this call of it is none. */
  readonly audit?: (body: unknown) => string | null;
  /** What its audit row says of what was asked, whatever came of it: [name, value, ...]. The body is not checked. */
  readonly auditAsked?: (body: unknown) => readonly string[];
  /** What its audit row says besides, of the answer's members or of the problem's: [name, value, ...]. */
  readonly auditDetails?: (members: Readonly<Record<string, unknown>>) => readonly string[];
  /** Not answered unless its audit row is written first. */
  readonly mustBeRecorded?: true;
  /** Spoken by clients that know AuthZEN and not weir: see authzen-binding.ts. */
  readonly binding?: "authzen";
}

export interface Endpoint extends Described {
  readonly parameters: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  /** Rejects with Problem. */
  readonly handle: (input: RawInput) => Promise<Reply>;
}

interface Definition<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
> extends Described {
  readonly parameters: P;
  readonly query: Q;
  readonly body: B | null;
  readonly handle: (input: {
    readonly path: z.output<P>;
    readonly query: z.output<Q>;
    readonly body: z.output<B>;
    readonly request: IncomingMessage;
  }) => Reply | Promise<Reply>;
}

/** The handler sees only input that passed its schemas. */
export function defineEndpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: Definition<P, Q, B>,
): Endpoint {
  const { parameters, query, body, handle } = definition;
  return {
    ...definition,
    handle: async (input) =>
      handle({
        path: checked(parameters, input.path, "bad_parameter"),
        query: checked(query, input.query, "bad_parameter"),
        request: input.request,
        body: (body === null ? undefined : checked(body, input.body, "bad_body")) as z.output<B>,
      }),
  };
}

function checked<S extends z.ZodType>(schema: S, value: unknown, code: ProblemCode): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue === undefined ? new Problem(code, "is wrong") : problemOf(issue, code);
}

function problemOf(issue: z.core.$ZodIssue, code: ProblemCode): Problem {
  const name = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path.join(".");
  const fault = issueWords(issue);
  if (name === undefined || name === "") return new Problem(code, fault);
  return new Problem(code, `${name}: ${fault}`, { members: { parameter: name } });
}
