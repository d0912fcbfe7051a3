// Terms of a matcher that failed, with the request's side and the rule's side of each beside each other.
import type { ReactNode } from "react";
import type { FailedTermJson } from "../../../../src/policy/explain/explanation-json.ts";

export function FailedTerms({ terms }: { readonly terms: readonly FailedTermJson[] }): ReactNode {
  return (
    <table className="terms" aria-label="Failing terms">
      <thead>
        <tr>
          <th scope="col">Term that fails</th>
          <th scope="col">The request has</th>
          <th scope="col">The rule wants</th>
        </tr>
      </thead>
      <tbody>
        {terms.map((term) => (
          <tr key={term.term}>
            <td data-label="Term that fails">
              <code>{term.term}</code>
            </td>
            <td data-label="The request has">
              <code>{sideWords(term.request)}</code> <Held term={term} />
            </td>
            <td data-label="The rule wants">
              <code className="is-policy">{sideWords(term.rule)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MOST_HELD = 5;

/** Where the term asks for a role: which ones are held. */
function Held({ term }: { readonly term: FailedTermJson }): ReactNode {
  const { roles_held: roles, roles_held_count: count = 0 } = term;
  if (roles === undefined) return null;
  if (count === 0) return <span className="muted">holds no role</span>;
  const more = count - Math.min(MOST_HELD, roles.length);
  return (
    <span className="muted">
      holds <code>{roles.slice(0, MOST_HELD).join(", ")}</code>
      {more > 0 ? ` and ${more} more` : ""}
    </span>
  );
}

/** A list where that side has several values. */
function sideWords(side: FailedTermJson["request"]): string {
  if (side === null) return "–";
  return Array.isArray(side) ? side.map(valueWords).join(", ") : valueWords(side);
}

function valueWords(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
