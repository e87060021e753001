/** `A`, `A and B`, `A, B and C`. */
export function joined(words: readonly string[], last = "and"): string {
  const [end, ...before] = [...words].reverse();
  if (end === undefined) return "";
  return before.length === 0 ? end : `${before.reverse().join(", ")} ${last} ${end}`;
}
