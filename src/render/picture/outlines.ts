/** The letters of the shipped font as SVG path data. */

/**
 * Relative path data in units of the font that begins and ends at the letter's origin; undefined for a letter that the
 * font does not have.
 */
export type OutlineOf = (letter: string) => string | undefined;

/** Looked up in what `bin/outlines.mts` wrote: most letters of a picture are among the first of it. */
export function outlinesOf(text: string): OutlineOf {
  return (letter) => {
    const begin = `\n${letter.codePointAt(0)?.toString(16)} `;
    const at = text.indexOf(begin);
    return at === -1 ? undefined : text.slice(at + begin.length, text.indexOf("\n", at + begin.length));
  };
}
