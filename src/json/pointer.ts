/** JSON Pointer (RFC 6901). */

/** RFC 6901. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Whether the path leads to the place whose pointer has these parts. No deep path is written out to find that out. */
export function isAt(path: readonly (string | number)[], parts: readonly string[]): boolean {
  return path.length === parts.length && path.every((part, i) => String(part) === parts[i]);
}

/** The parts of a pointer, unescaped; an index stays text. */
export function parsePointer(text: string): readonly string[] {
  const parts = text.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
