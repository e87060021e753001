/** SHA-256 as 64 lower-case hexadecimal digits. */

import * as crypto from "node:crypto";

/** `crypto.hash` halves the cost of a short hash where it exists (Node 20.12 and later). */
const oneShot = (crypto as { hash?: (algorithm: string, data: string | Uint8Array, encoding: "hex") => string })
  .hash;

export const sha256Hex: (data: string | Uint8Array) => string =
  oneShot === undefined
    ? (data) => crypto.createHash("sha256").update(data).digest("hex")
    : (data) => oneShot("sha256", data, "hex");
