/**
 * The protocols that runs were on, kept beside their traces: one file for each set of artifacts that a workflow needs. An
 * old trace is examined with them when the protocol has changed.
 */

import { utf8 } from "../../json/text.ts";
import type { Plan } from "../../plan/plan.ts";
import type { StoreFile, TracesRoot } from "../../ports.ts";
import { LedgerFault } from "../errors.ts";
import { faultOf } from "../ledger.ts";
import { PROTOCOLS, type ProtocolSource, protocolFiles, protocolHead } from "./protocol-file.ts";

export interface ProtocolArchive {
  /** Keeps what the plan was compiled from, unless it is kept already. Resolves to why it could not be; throws nothing. */
  keep(plan: Plan): Promise<LedgerFault | null>;
}

export function openProtocolArchive(root: TracesRoot, source: ProtocolSource): ProtocolArchive {
  const kept = new Set<string>();
  const keep = async (plan: Plan): Promise<LedgerFault | null> => {
    const id = { closureRoot: plan.closureRoot, root: plan.snapshot.root };
    const head = protocolHead(id);
    if (kept.has(head)) return null;
    // Before anything is waited for: the workflows that a workflow calls may call it.
    kept.add(head);
    const files = protocolFiles(id).map((name) => root.store(name));
    for (const file of files) {
      const found = startOf(file, head.length);
      if (found === head) {
        // Whoever is writing it has not forced it to the device yet.
        if (file.holder() !== null) await file.locked(() => undefined);
        return null;
      }
      if (found === null) return write(file, plan);
    }
    return new LedgerFault("PROTOCOL_NOT_KEPT", {
      file: pathOf(files[1]),
      reason: "the file there is damaged",
    });
  };
  const pathOf = (file: StoreFile | undefined) => `${root.folder}/${file?.name ?? PROTOCOLS}`;
  const write = async (file: StoreFile, plan: Plan): Promise<LedgerFault | null> => {
    const { calledBy, protocolText } = await import("./write.ts");
    const text = await protocolText(plan, source);
    if (typeof text !== "string")
      return new LedgerFault("PROTOCOL_NOT_KEPT", { file: pathOf(file), reason: text.missing });
    await file.locked(() => {
      if (file.stamp() !== null) return;
      file.replace(text);
      file.syncNow();
    });
    let first: LedgerFault | null = null;
    for (const called of await calledBy(plan)) first ??= await keep(called);
    return first;
  };
  return {
    async keep(plan) {
      try {
        return await keep(plan);
      } catch (error) {
        const { errno } = faultOf(`${root.folder}/${PROTOCOLS}`, error).facts;
        const facts = { file: `${root.folder}/${PROTOCOLS}`, reason: String(errno ?? "its lock is held") };
        return new LedgerFault("PROTOCOL_NOT_KEPT", facts, { cause: error });
      }
    },
  };
}

/** The first bytes of the file; null where there is none. @throws StoreFault */
function startOf(file: StoreFile, length: number): string | null {
  return file.stamp() === null ? null : utf8(file.readAt(0, length));
}
