// What the config says about policy.

export interface PolicyOptions {
  /** Path of a casbin model file. */
  readonly model: string;
  /** Path of a casbin CSV rule file. */
  readonly rules: string;
  /** Request fields in the order of the model's request_definition, e.g. "identity.subject". */
  readonly request: readonly string[];
  /** Whether a 403 body names the deciding rule. */
  readonly explain: boolean;
}
