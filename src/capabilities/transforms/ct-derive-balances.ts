import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../../json/value.ts";
import { anything } from "../input-schema.ts";
import { heldSum, isTruthy } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctDeriveBalances = transform({
  code: "blockchain::CT_PURE_DERIVE_BALANCES_V0",
  about:
    "What every wallet holds after the committed transactions: each amount leaves one and reaches the other.",
  input: { committed_history: anything },
  result: ["reconciled_balances"],
  violations: ["INTEGER_NOT_HELD"],
  run({ committed_history }) {
    const read = transactionsOf(committed_history);
    // The ledger was written by earlier steps: what cannot be read there is nobody's business outcome.
    if ("malformed" in read) throw new Error(`the committed history is malformed at ${read.malformed}`);
    const balances: MutableJson = {};
    for (const { from, to, amount } of read.transactions) {
      for (const [wallet, change] of [
        [from, -amount],
        [to, amount],
      ] as const) {
        if (wallet === null) continue;
        const balance = heldSum((own(balances, wallet) ?? 0) as number, change);
        if (balance === undefined) return { violation: "INTEGER_NOT_HELD", facts: { wallet } };
        setOwn(balances, wallet, balance);
      }
    }
    return { result: { reconciled_balances: balances } };
  },
  examples: [
    {
      about: "issued, then passed on",
      input: {
        committed_history: [
          { record: { transactions: [{ amount: 10, to_wallet: "W_1" }] } },
          { record: { transactions: [{ amount: 4, from_wallet: "W_1", to_wallet: "W_2" }] } },
        ],
      },
      result: { reconciled_balances: { W_1: 6, W_2: 4 } },
    },
    { about: "nothing committed yet", input: { committed_history: [] }, result: { reconciled_balances: {} } },
    {
      about: "a balance would have to be rounded",
      input: {
        committed_history: [
          {
            record: {
              transactions: [
                { amount: 9007199254740992, to_wallet: "W_1" },
                { amount: 1, to_wallet: "W_1" },
              ],
            },
          },
        ],
      },
      violation: "INTEGER_NOT_HELD",
    },
  ],
});

interface Transaction {
  readonly from: string | null;
  readonly to: string | null;
  readonly amount: number;
}

/** Every transaction in order, or the place that is not one. */
type ReadHistory = { readonly transactions: readonly Transaction[] } | { readonly malformed: string };

function transactionsOf(history: Json): ReadHistory {
  const blocks = isObject(history) && !isTruthy(history) ? [] : history;
  if (!Array.isArray(blocks)) return { malformed: "" };
  const transactions: Transaction[] = [];
  for (const [i, block] of blocks.entries()) {
    const listed = listedTransactions(block);
    if (listed === undefined) return { malformed: pointer([i]) };
    for (const [k, entry] of listed.entries()) {
      const transaction = isObject(entry) ? toTransaction(entry) : undefined;
      if (transaction === undefined) return { malformed: pointer([i, "record", "transactions", k]) };
      transactions.push(transaction);
    }
  }
  return { transactions };
}

/** A block without a record, or a record without transactions, moves nothing. */
function listedTransactions(block: Json): readonly Json[] | undefined {
  if (!isObject(block)) return undefined;
  const record = own(block, "record") ?? null;
  if (!isTruthy(record)) return [];
  if (!isObject(record)) return undefined;
  const listed = own(record, "transactions") ?? null;
  if (!isTruthy(listed)) return [];
  return Array.isArray(listed) ? listed : undefined;
}

function toTransaction(entry: JsonObject): Transaction | undefined {
  const from = own(entry, "from_wallet") ?? null;
  const to = own(entry, "to_wallet") ?? null;
  const amount = own(entry, "amount") ?? 0;
  if (typeof amount !== "number" && typeof amount !== "boolean") return undefined;
  if (from !== null && typeof from !== "string") return undefined;
  if (to !== null && typeof to !== "string") return undefined;
  return { from, to, amount: Number(amount) };
}
