/** Remembers what was found out about a thing for as long as the thing is there: several rules ask the same. */
export function memoize<K extends object, V>(find: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (of) => {
    const remembered = known.get(of) ?? { value: find(of) };
    known.set(of, remembered);
    return remembered.value;
  };
}
