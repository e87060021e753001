/** What the workflows of the project's own snapshot may use: the capabilities of this build, and of its package. */

import { loadPackages } from "../../src/capabilities/packages/load.ts";
import { lockText } from "../../src/capabilities/packages/lock.ts";
import { composeRegistry } from "../../src/capabilities/registry.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { openRealm } from "../../src/platform/realm.ts";
import { CAPABILITIES, PROJECT } from "./own-package.ts";

/** Its only package has no effect on the host. */
const openHostCode = () => Promise.reject(new Error("the project has no code of the host"));

const packages = await loadPackages([CAPABILITIES], PROJECT, {
  files: nodeFiles,
  openRealm: async () => openRealm(),
  openHostCode,
});

export const ownRegistry = composeRegistry(packages);

/** The text of the snapshot's `capabilities.lock.json`. */
export const ownLock = lockText(packages);
