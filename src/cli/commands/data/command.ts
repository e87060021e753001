/** `pgs data locks`: who holds the locks of the stores, and removing one that nobody holds any more. */

import { EngineFault } from "../../../engine/errors.ts";
import type { Fault } from "../../../errors/base.ts";
import { StoreFault } from "../../../errors/ports.ts";
import { IoError, type LockHolder, type StoredLock } from "../../../ports.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { argumentChoice, text } from "../../option.ts";
import { holderText, plain, printJson, table } from "../../print.ts";

export const data = defineCommand({
  details: "A lock has a file next to its store; the list shows which process holds it, and since when.",
  arguments: { what: argumentChoice(["locks"], "what to list") },
  options: {
    Lock: {
      release: text(
        "FILE",
        "remove this lock, as the list names it; refused while its holder is known to be alive",
      ),
    },
  },
  shared: ["workspace", "data-root", "json", "debug"],
  examples: [
    ["pgs data locks", "list the locks of the stores below the data root"],
    [
      "pgs data locks --release release_governance/releases.jsonl.lock",
      "remove a lock whose holder is on another host, and has ended",
    ],
  ],
  exitCodes: { SUCCESS: true },
  async action({ release }, context) {
    try {
      if (release === undefined) await listLocks(context);
      else await releaseLock(release, context);
      return EXIT.SUCCESS;
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      throw new EngineFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: error.errno }, { cause: error });
    }
  },
});

async function listLocks(context: Context): Promise<void> {
  const { platform, settings } = context;
  const locks = (await platform.openLocks(settings.dataRoot)).list();
  if (settings.json) printJson(context, { data_root: settings.dataRoot, locks: locks.map(lockJson) });
  else if (settings.isDataRootNamed && platform.files.realPath(settings.dataRoot) === null)
    platform.out(`there is no data root ${plain(settings.dataRoot)}: name another one with --data-root DIR\n`);
  else if (locks.length === 0) platform.out("no store is locked\n");
  else platform.out(table(locks.map(lockRow), ""));
}

async function releaseLock(file: string, context: Context): Promise<void> {
  const { platform, settings } = context;
  const lock = await released(file, context);
  if (settings.json) printJson(context, { data_root: settings.dataRoot, released: lockJson(lock) });
  else platform.out(`released ${plain(file)}, which was held by ${plain(holderText(lock))}\n`);
}

async function released(file: string, { platform, settings }: Context): Promise<StoredLock> {
  const locks = await platform.openLocks(settings.dataRoot);
  try {
    const lock = await locks.release(file);
    if (lock === null) throw new UsageFault("LOCK_MISSING", { file });
    if (lock.state === "alive") throw held(lock);
    return lock;
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    const { errno } = error.facts;
    if (typeof errno === "string") throw new UsageFault("LOCK_UNREMOVABLE", { file, errno }, { cause: error });
    throw new UsageFault("LOCK_CLAIMED", { file }, { cause: error });
  }
}

const held = ({ file, pid, since }: StoredLock): Fault =>
  new UsageFault("LOCK_HELD", { file, pid: pid ?? 0, since });

function lockJson({ file, host, pid, namespace, since, state }: StoredLock): unknown {
  return { file, holder: { host, pid, namespace }, since, state };
}

const words: Readonly<Record<LockHolder["state"], string>> = {
  alive: "alive",
  dead: "dead: the next writer takes it over",
  unknown: "unknown: another host, another boot or another PID namespace",
};

function lockRow(lock: StoredLock): readonly string[] {
  return [plain(lock.file), plain(holderText(lock)), `since ${lock.since}`, words[lock.state]];
}
