/** The ids that rules had before they were renamed: a baseline or a configuration may have been written with them. */

const CURRENT: ReadonlyMap<string, string> = new Map([
  ["verdict-unread", "unused-boolean-result"],
  ["name-passed-over", "shadowed-input-name"],
  ["file-damaged", "corrupt-file"],
  ["result-not-there", "unavailable-result"],
  ["output-crossed", "swapped-output"],
  ["code-differs", "code-mismatch"],
]);

const FORMER: ReadonlyMap<string, string> = new Map([...CURRENT].map(([former, id]) => [id, former]));

/** The id that the rule has now. */
export function currentId(id: string): string {
  return CURRENT.get(id) ?? id;
}

/** The id that the rule had before; undefined for a rule that was never renamed. */
export function formerId(id: string): string | undefined {
  return FORMER.get(id);
}
