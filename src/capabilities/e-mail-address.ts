/** What counts as an address of e-mail. */

/** Most of them, and made in no time: classes of the characters of all scripts take a millisecond. */
const LATIN = /^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$/;

/**
 * Something, `@`, something, a dot, two letters or more, of any script or as `xn--` spells them: no white space, so
 * nothing can end a mail's header early.
 */
export function isEMailAddress(text: string): boolean {
  return (
    LATIN.test(text) || /^[^@\s]+@[^@\s]+\.(?:[\p{L}\p{M}]{2,}|[xX][nN]--[A-Za-z0-9-]*[A-Za-z0-9])$/u.test(text)
  );
}
