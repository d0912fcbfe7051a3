// What was made of a value, made anew only once the value is another one.

/** For what is read often and changes seldom, such as a part of the config in force. */
export function ofNewest<From, Made>(value: () => From, make: (from: From) => Made): () => Made {
  let last: { readonly from: From; readonly made: Made } | null = null;
  return () => {
    const from = value();
    if (last?.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
