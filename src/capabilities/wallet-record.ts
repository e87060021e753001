/** What several transforms read of a wallet record. */

import { isObject, type JsonObject, own } from "../json/value.ts";

/**
 * The member of a wallet record, empty when absent.
 * @throws Error for anything else than an object: such a record was never a wallet.
 */
export function memberOf(record: JsonObject, name: string): JsonObject {
  const member = own(record, name);
  if (member === undefined) return {};
  if (!isObject(member)) throw new Error(`the wallet's ${name} is not an object`);
  return member;
}
