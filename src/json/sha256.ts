/** SHA-256 of text or bytes. */

import * as crypto from "node:crypto";

type Encoding = "hex" | "binary";

/** `crypto.hash` halves the cost of a short hash where it exists (Node 20.12 and later). */
const oneShot = (
  crypto as { hash?: (algorithm: string, data: string | Uint8Array, encoding: Encoding) => string }
).hash;

const hashAs = (encoding: Encoding): ((data: string | Uint8Array) => string) =>
  oneShot === undefined
    ? (data) => crypto.createHash("sha256").update(data).digest(encoding)
    : (data) => oneShot("sha256", data, encoding);

/** As 64 lower-case hexadecimal digits. */
export const sha256Hex = hashAs("hex");

/** As 32 characters, one for each byte. */
export const sha256Characters = hashAs("binary");
