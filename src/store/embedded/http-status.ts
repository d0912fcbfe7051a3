// The HTTP status ClickHouse's server gives for an exception code, where it is not 500.

const GROUPS: ReadonlyMap<number, readonly number[]> = new Map([
  [
    400,
    [26, 27, 36, 38, 41, 42, 43, 44, 46, 47, 53, 62, 69, 70, 72, 115, 117, 130, 206, 386, 456, 457],
  ],
  [401, [194]],
  [403, [192, 193, 497, 516]],
  [404, [16, 60, 81, 82]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [501, [48]],
  [503, [202, 209, 439, 76]],
]);

const STATUS = new Map(
  [...GROUPS].flatMap(([status, codes]) => codes.map((code) => [code, status] as const)),
);

export function httpStatusOf(code: number): number {
  return STATUS.get(code) ?? 500;
}

/** The code in ClickHouse's words; 1002 (UNKNOWN_EXCEPTION) where they have none. */
export function exceptionCodeOf(message: string): number {
  const digits = /Code: (?<code>\d+)/.exec(message)?.groups?.["code"];
  return digits === undefined ? 1002 : Number(digits);
}
