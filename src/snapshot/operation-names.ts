/** The operations of a side effect by the names that contracts use for them. */

/** The name that artifacts of releases before 0.4 declare, while their contracts already used the other. */
const OLDER_NAMES: ReadonlyMap<string, string> = new Map([
  ["READ", "GET"],
  ["WRITE", "PUT"],
]);

/** What a side effect declares of the operation that a contract names; undefined where it has none. */
export function declaredOutcomes<T>(operations: ReadonlyMap<string, T>, op: string): T | undefined {
  return operations.get(op) ?? operations.get(OLDER_NAMES.get(op) ?? "");
}
