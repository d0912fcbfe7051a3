// The functions a matcher may call, by what they take and give; all pure and synchronous.

export interface FunctionShape {
  readonly arity: number;
  readonly gives: "condition" | "value";
}

/** Pure, so a decision is a function of its tuple and may be remembered. */
export const FUNCTIONS: ReadonlyMap<string, FunctionShape> = new Map([
  ["keyMatch", { arity: 2, gives: "condition" }],
  ["keyMatch2", { arity: 2, gives: "condition" }],
  ["keyMatch3", { arity: 2, gives: "condition" }],
  ["keyMatch4", { arity: 2, gives: "condition" }],
  ["keyMatch5", { arity: 2, gives: "condition" }],
  ["regexMatch", { arity: 2, gives: "condition" }],
  ["ipMatch", { arity: 2, gives: "condition" }],
  ["globMatch", { arity: 2, gives: "condition" }],
  ["keyGet", { arity: 2, gives: "value" }],
  ["keyGet2", { arity: 3, gives: "value" }],
]);
