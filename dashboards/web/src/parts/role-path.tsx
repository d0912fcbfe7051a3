// By which roles somebody got a rule: subject, role, role of that role.
import type { ReactNode } from "react";

export function RolePath({ path }: { readonly path: readonly string[] }): ReactNode {
  return (
    <span className="role-path">
      {path.map((name, index) => (
        // A path names nobody twice, but nothing here depends on it.
        <span key={`${index} ${name}`}>
          {index === 0 ? null : (
            <span className="faint" aria-label="holds">
              {" → "}
            </span>
          )}
          <code>{name}</code>
        </span>
      ))}
    </span>
  );
}
