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

export type BinaryOperator =
  | "||"
  | "&&"
  | "=="
  | "!="
  | "==="
  | "!=="
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** r.name or p.name, whatever the context calls its r and its p. */
export interface FieldExpression {
  readonly kind: "field";
  readonly of: "r" | "p";
  readonly name: string;
}

/** A matcher's syntax tree. */
export type Expression =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | FieldExpression
  /** r.name.path[0].path[1]...: an attribute of a request field that is an object. */
  | { readonly kind: "member"; readonly field: FieldExpression; readonly path: readonly string[] }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Expression[] }
  /** The condition that a rule has as text in one of its columns. */
  | { readonly kind: "eval"; readonly field: FieldExpression }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "negative"; readonly operand: Expression }
  /** In a list that the matcher spells out. */
  | { readonly kind: "in"; readonly operand: Expression; readonly list: readonly Expression[] }
  /** In a list, or a name of an object, that the request brings. */
  | { readonly kind: "within"; readonly operand: Expression; readonly container: Expression }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
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

/** Which definitions decide: r, p, e, m where a file has one of each; r2, p2, e2, m2 where it has more. */
export interface DefinitionNames {
  readonly r: string;
  readonly p: string;
  readonly e: string;
  readonly m: string;
}

/** A model as one context sees it. */
export interface PolicyModel {
  readonly names: DefinitionNames;
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
  /** "FILE:LINE" of the matcher, for errors at requests. */
  readonly matcherSource: string;
  /** The columns of every p the file defines, by its name; this context's among them. */
  readonly ruleTypes: ReadonlyMap<string, readonly string[]>;
  /** What the file's other matchers make of it; checked, and never asked. */
  readonly others: readonly PolicyModel[];
}
