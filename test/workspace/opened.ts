/** The library on small protocols. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import {
  openWorkspace,
  PgsError,
  type RunOptions,
  type RunResult,
  type Workspace,
  type WorkspaceOptions,
} from "../../src/index.ts";
import { filesOf, type Protocol, SNAPSHOT, WORKFLOW } from "../engine/trial.ts";

/** The library on a workspace of its own, with the snapshot of the protocol. */
export async function opened(
  t: TestContext,
  protocol: Protocol,
  options: WorkspaceOptions = {},
): Promise<Workspace> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-library-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, bytes] of filesOf(protocol)) {
    const file = join(folder, `protocol_snapshot${path.slice(SNAPSHOT.length)}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return openWorkspace({ folder, ...options });
}

/** A run of its workflow. */
export async function begun(workspace: Workspace, options: RunOptions = {}): Promise<RunResult> {
  return (await workspace.workflow(WORKFLOW)).run({}, options);
}

/** The code with which it is refused. */
export const refusal = (work: Promise<unknown>) =>
  work.then(
    () => assert.fail("it is not refused"),
    (error: unknown) => {
      assert.ok(error instanceof PgsError, String(error));
      return error.code;
    },
  );
