/** Mnemonics in English, and the seeds they stand for (BIP-39). Imported lazily. */

import { pbkdf2Sync } from "node:crypto";
import { entropyToMnemonic, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { pythonWords } from "../python-json.ts";

/** The mnemonic of entropy that has one of the strengths. */
export function mnemonicOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/** Whether the words are known, as many as they must be, and their checksum holds; white space is free. */
export function isMnemonic(text: string): boolean {
  return validateMnemonic(pythonWords(text.normalize("NFKD")).join(" "), wordlist);
}

/** The 64 bytes of the text exactly as it is spaced: other white space, another seed. */
export function seedOf(mnemonic: string, passphrase: string): Uint8Array {
  const salt = `mnemonic${passphrase}`.normalize("NFKD");
  return pbkdf2Sync(mnemonic.normalize("NFKD"), salt, 2048, 64, "sha512");
}
