// What a worker knows of revoked tokens, which hold no more though their time is not over: by issuer and jti (RFC 7519 section 4.1.7).

export interface RevokedToken {
  readonly issuer: string;
  readonly jti: string;
}

/** Asked for every request with a token; what was revoked is swapped as a whole. */
export class RevokedTokens {
  #names: ReadonlySet<string> = new Set();

  replace(revoked: readonly RevokedToken[]): void {
    this.#names = new Set(revoked.map(({ issuer, jti }) => revocationName(issuer, jti)));
  }

  has(name: string): boolean {
    return this.#names.size > 0 && this.#names.has(name);
  }
}

/** No issuer holds a line end, so two pairs never share a name; "": has no jti. */
export function revocationName(issuer: string, jti: string): string {
  return jti === "" ? "" : `${issuer}\n${jti}`;
}
