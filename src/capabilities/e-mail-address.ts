/**
 * Something, `@`, something, a dot, two letters or more, of any script or as `xn--` spells them: no white space, so
 * nothing can end a mail's header early.
 */
export const E_MAIL_ADDRESS = /^[^@\s]+@[^@\s]+\.(?:[\p{L}\p{M}]{2,}|[xX][nN]--[A-Za-z0-9-]*[A-Za-z0-9])$/u;
