/** Where keys come from: files that the command line names, and the environment. */

import { utf8 } from "../json/text.ts";
import { parseSigningKey, parseTrustedKey, type SigningKey, type TrustedKey } from "../sign/keys.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { readFileArgument } from "./file-argument.ts";
import { trustedKeyFiles } from "./trust.ts";

/** The keys to sign with: those in the files, else the one in the environment; none is no refusal. @throws UsageFault */
export function signingKeys(files: readonly string[], context: Context): readonly SigningKey[] {
  const { env } = context.platform;
  const passphrase = env["PGS_SIGNING_PASSPHRASE"] || undefined;
  // Some CI systems hand a secret of several lines over as one, its line ends spelt out.
  const pem = env["PGS_SIGNING_KEY"]?.replaceAll("\\n", "\n") || undefined;
  const fromFiles = files.map((file) => parseSigningKey(readKey(file, "--key", context), file, passphrase));
  if (fromFiles.length > 0 || pem === undefined) return distinct(fromFiles);
  return [parseSigningKey(pem, "$PGS_SIGNING_KEY", passphrase)];
}

/** The keys whose signatures count, each once: those in the files, else those the environment names. @throws UsageFault */
export function trustedKeys(files: readonly string[], context: Context): readonly TrustedKey[] {
  const named = trustedKeyFiles(context.platform.env);
  const [listed, place] = files.length > 0 ? [files, "--key"] : [named, "$PGS_TRUSTED_KEYS"];
  return distinct(listed.map((file) => parseTrustedKey(readKey(file, place, context), file)));
}

function readKey(file: string, place: string, context: Context): string {
  // What is no file name is repeated in no refusal.
  if (KEY_ITSELF.test(file)) throw new UsageFault("KEY_NOT_A_FILE", { place });
  return utf8(readFileArgument(file, "the key", context));
}

/** PEM text, or the beginning that every unencrypted Ed25519 key has in it. */
const KEY_ITSELF = /-----|\n|MC4CAQAwBQYDK2Vw/;

function distinct<K extends { readonly keyid: string }>(keys: readonly K[]): readonly K[] {
  return [...new Map(keys.map((key) => [key.keyid, key])).values()];
}
