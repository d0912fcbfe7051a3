// Casbin's own matching functions, for those that are asked too seldom to be worth our own.
import { Util } from "casbin";
import type { Callable } from "./compile-matcher.ts";
import { textOf } from "./values.ts";

type CasbinFunction = (...values: string[]) => string | boolean;

export function casbinFunctions(): ReadonlyMap<string, Callable> {
  const functions: Readonly<Record<string, CasbinFunction>> = {
    keyMatch4: Util.keyMatch4Func,
    keyMatch5: Util.keyMatch5Func,
    ipMatch: Util.ipMatchFunc,
    globMatch: Util.globMatch,
    keyGet: Util.keyGetFunc,
    keyGet2: Util.keyGet2Func,
  };
  return new Map(
    Object.entries(functions).map(([name, call]) => [
      name,
      (...values) => call(...values.map((value) => textOf(value, name))),
    ]),
  );
}
