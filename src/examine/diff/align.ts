/** Two sequences side by side. */

/** A stretch of both: one entry of each that go together, or what stands in between and goes with nothing. */
export type Stretch<T> =
  | { readonly a: T; readonly b: T }
  | { readonly onlyA: readonly T[]; readonly onlyB: readonly T[] };

/**
 * Entries of the same key beside each other. Where the two part, they are joined again at the nearest entries that
 * have the same key, so that one entry more leaves all that follow it in step.
 */
export function align<T>(a: readonly T[], b: readonly T[], keyOf: (entry: T) => string): readonly Stretch<T>[] {
  const [keysA, keysB] = [a.map(keyOf), b.map(keyOf)];
  const stretches: Stretch<T>[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [toA, toB] = nextJoint(keysA, keysB, i, j);
    if (toA > i || toB > j) stretches.push({ onlyA: a.slice(i, toA), onlyB: b.slice(j, toB) });
    if (toA < a.length && toB < b.length) stretches.push({ a: a[toA] as T, b: b[toB] as T });
    [i, j] = [toA + 1, toB + 1];
  }
  return stretches;
}

/** Where both go on with the same key after the fewest entries left out; their ends when they never do. */
function nextJoint(
  a: readonly string[],
  b: readonly string[],
  i: number,
  j: number,
): readonly [a: number, b: number] {
  const furthest = a.length - i + (b.length - j);
  for (let left = 0; left <= furthest; left++) {
    const first = Math.max(0, left - (b.length - 1 - j));
    for (let inA = first; inA <= left && i + inA < a.length; inA++) {
      if (a[i + inA] === b[j + left - inA]) return [i + inA, j + left - inA];
    }
  }
  return [a.length, b.length];
}
