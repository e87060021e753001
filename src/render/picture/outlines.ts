/** The letters of the shipped font as SVG path data. */

/**
 * Relative path data in units of the font that begins and ends at the letter's origin; undefined for a letter that the
 * font does not have.
 */
export type OutlineOf = (letter: string) => string | undefined;

/** Looked up in what `bin/outlines.mts` wrote: most letters of a picture are among the first of it. */
export function outlinesOf(text: string): OutlineOf {
  const known = new Map<string, string | undefined>();
  return (letter) => {
    if (!known.has(letter)) known.set(letter, lookUp(text, letter));
    return known.get(letter);
  };
}

function lookUp(text: string, letter: string): string | undefined {
  const begin = `\n${letter.codePointAt(0)?.toString(16)} `;
  const at = text.indexOf(begin);
  return at === -1 ? undefined : text.slice(at + begin.length, text.indexOf("\n", at + begin.length));
}
