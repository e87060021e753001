/** The capabilities that the workflows of a workspace may use: those of this build, and those of its packages. */

import type { LoadedPackage, LoadPorts } from "../capabilities/packages/load.ts";
import { composeRegistry, type Registry, registry, registryOnDemand } from "../capabilities/registry.ts";
import type { WorkspacePaths } from "./default-paths.ts";

export interface WorkspaceCapabilities {
  /** The packages that `pgs.json` names, whatever the snapshot pins. @throws CapabilityFault */
  packages(): Promise<readonly LoadedPackage[]>;
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

/** Nothing of packages is loaded where none is named; otherwise each is loaded once, when it is first needed. */
export function openCapabilities(
  { capabilities }: Pick<WorkspacePaths, "capabilities">,
  workspace: string,
  ports: LoadPorts,
): WorkspaceCapabilities {
  let loading: Promise<readonly LoadedPackage[]> | undefined;
  const packages = () => {
    loading ??= load(capabilities, workspace, ports);
    return loading;
  };
  if (capabilities.length === 0)
    return {
      packages,
      registry: async () => registry,
      workflowRegistry: registry,
      unlockedRegistry: async () => registry,
      unlockedWorkflowRegistry: registry,
      lock: async () => null,
    };
  const locked = async () => {
    const [loaded, { lockedTo }] = await Promise.all([packages(), import("../capabilities/packages/lock.ts")]);
    return composeRegistry(loaded, lockedTo(loaded));
  };
  const unlocked = async () => composeRegistry(await packages());
  return {
    packages,
    registry: locked,
    workflowRegistry: registryOnDemand(locked),
    unlockedRegistry: unlocked,
    unlockedWorkflowRegistry: registryOnDemand(unlocked),
    async lock() {
      const [loaded, { lockText }] = await Promise.all([
        packages(),
        import("../capabilities/packages/lock.ts"),
      ]);
      return lockText(loaded);
    },
  };
}

async function load(
  named: readonly string[],
  workspace: string,
  ports: LoadPorts,
): Promise<readonly LoadedPackage[]> {
  if (named.length === 0) return [];
  const { loadPackages } = await import("../capabilities/packages/load.ts");
  return loadPackages(named, workspace, ports);
}
