// Why a command of `weir users` did nothing: ends it with exit code 2.

export class UsersError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
