// A casbin model as data: definitions, effect and matcher, read and checked.

/** The five effects casbin knows, word for word (casbin.org/docs/syntax-for-models). */
export const EFFECTS = {
  allowOverride: "some(where (p.eft == allow))",
  denyOverride: "!some(where (p.eft == deny))",
  allowAndDeny: "some(where (p.eft == allow)) && !some(where (p.eft == deny))",
  priority: "priority(p.eft) || deny",
  subjectPriority: "subjectPriority(p.eft) || deny",
} as const;

export type EffectText = (typeof EFFECTS)[keyof typeof EFFECTS];

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A matcher's syntax tree; `field` is r.name or p.name. */
export type Expression =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "field"; readonly of: "r" | "p"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "in"; readonly operand: Expression; readonly list: readonly Expression[] }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export interface RoleDefinition {
  readonly name: string;
  /** 2: name and role; 3: and a domain. */
  readonly arity: number;
}

export interface PolicyModel {
  /** Field names of r, in the order of a request tuple. */
  readonly request: readonly string[];
  /** Field names of p, in the order of a rule's columns. */
  readonly policy: readonly string[];
  readonly roles: readonly RoleDefinition[];
  readonly effect: EffectText;
  readonly matcher: Expression;
  /** Lines in the model file, to blame. */
  readonly requestLine: number;
  readonly effectLine: number;
  readonly matcherLine: number;
}
