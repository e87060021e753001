/** The capabilities that the workflows of a workspace may use: those of this build, and those of its packages. */

import type { InspectedPackages, LoadedPackage, LoadPorts } from "../capabilities/packages/load.ts";
import { composeRegistry, type Registry, registry, registryOnDemand } from "../capabilities/registry.ts";
import type { WorkspacePaths } from "./default-paths.ts";

export interface WorkspaceCapabilities {
  /** The packages that `pgs.json` names, whatever the snapshot pins. @throws CapabilityFault */
  packages(): Promise<readonly LoadedPackage[]>;
  /** For compiling: the packages as far as they can be loaded, and all that is wrong in them. */
  inspected(): Promise<Inspected>;
  /** For everything that runs: a workflow does not compile with a package that its snapshot does not pin. */
  registry(): Promise<Registry>;
  /** The same for single workflows: packages are loaded where one uses them. */
  readonly workflowRegistry: Registry;
  /** The text of the lock that pins the packages; null where none is named. @throws CapabilityFault */
  lock(): Promise<string | null>;
  /** For examining: the trace says with which packages it was recorded. */
  unlockedRegistry(): Promise<Registry>;
  readonly unlockedWorkflowRegistry: Registry;
}

export interface Inspected extends Pick<InspectedPackages, "mistakes" | "mayDeclare"> {
  readonly registry: Registry;
  /** Null where a package cannot be loaded as a whole, too. */
  readonly lock: string | null;
}

/** Nothing of packages is loaded where none is named; otherwise each is loaded once, when it is first needed. */
export function openCapabilities(
  { capabilities }: Pick<WorkspacePaths, "capabilities">,
  workspace: string,
  ports: LoadPorts,
): WorkspaceCapabilities {
  if (capabilities.length === 0) return NO_PACKAGES;
  let loading: Promise<InspectedPackages> | undefined;
  const inspect = () => {
    loading ??= import("../capabilities/packages/load.ts").then(({ inspectPackages }) =>
      inspectPackages(capabilities, workspace, ports),
    );
    return loading;
  };
  const packages = async () => {
    const { packages: loaded, mistakes } = await inspect();
    const [first] = mistakes;
    if (first !== undefined) throw first.fault;
    return loaded;
  };
  const locked = async () => {
    const [loaded, { lockedTo }] = [await packages(), await import("../capabilities/packages/lock.ts")];
    return composeRegistry(loaded, lockedTo(loaded));
  };
  const unlocked = async () => composeRegistry(await packages());
  const lock = async () => {
    const [loaded, { lockText }] = [await packages(), await import("../capabilities/packages/lock.ts")];
    return lockText(loaded);
  };
  return {
    packages,
    async inspected() {
      const { packages: loaded, mistakes, mayDeclare } = await inspect();
      const isWhole = mistakes.length === 0;
      return { mistakes, mayDeclare, registry: composeRegistry(loaded), lock: isWhole ? await lock() : null };
    },
    registry: locked,
    workflowRegistry: registryOnDemand(locked),
    unlockedRegistry: unlocked,
    unlockedWorkflowRegistry: registryOnDemand(unlocked),
    lock,
  };
}

const NO_PACKAGES: WorkspaceCapabilities = {
  packages: async () => [],
  inspected: async () => ({ mistakes: [], mayDeclare: () => false, registry, lock: null }),
  registry: async () => registry,
  workflowRegistry: registry,
  unlockedRegistry: async () => registry,
  unlockedWorkflowRegistry: registry,
  lock: async () => null,
};
