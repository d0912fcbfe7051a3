// Asks for the admin token when the API wants one.
import { type ReactNode, type SyntheticEvent, useEffect, useRef } from "react";
import { formText } from "../parts/form-text.ts";
import { useSignal } from "../state/signal.ts";
import { giveToken, tokenNeeded, tokenVersion } from "../state/token.ts";

export function TokenDialog(): ReactNode {
  return useSignal(tokenNeeded) ? <Dialog /> : null;
}

function Dialog(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const tried = useSignal(tokenVersion) > 0;
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    giveToken(formText(event.currentTarget, "token").trim());
  };
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={(event) => event.preventDefault()}>
      <form className="token" onSubmit={submit}>
        <h2 id="token-title">This weir asks who you are</h2>
        <p className="muted">
          Give a token of <code>admin.token</code> or <code>admin.tokens</code> in weir.yaml: this
          browser tab keeps it until it is closed. Or come over https with a client certificate that{" "}
          <code>admin.certificates</code> names.
        </p>
        {tried ? <p className="is-error">That token was not accepted.</p> : null}
        <input name="token" type="password" aria-label="Admin token" autoComplete="off" required />
        <button type="submit" className="button primary">
          Continue
        </button>
      </form>
    </dialog>
  );
}
