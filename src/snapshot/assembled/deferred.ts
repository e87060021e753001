/** Checks of artifacts that are done after everything else: what they need is loaded only where one has not passed before. */

import type { Fault } from "../../errors/base.ts";
import type { CheckCache } from "../../ports.ts";
import { contentKey } from "./contents.ts";
import type { VerifyArtifact } from "./verify.ts";

export class DeferredChecks {
  readonly #passed: CheckCache | null;
  readonly #waiting: Parameters<VerifyArtifact>[] = [];

  constructor(passed: CheckCache | null) {
    this.#passed = passed;
  }

  /** Finds nothing yet. */
  readonly add: VerifyArtifact = (file, artifact, generation) => {
    if (!this.#passed?.has(contentKey(file.digest, generation)))
      this.#waiting.push([file, artifact, generation]);
    return [];
  };

  async faults(): Promise<readonly Fault[]> {
    if (this.#waiting.length === 0) return [];
    const { contradictions } = await import("./verify-contents.ts");
    return this.#waiting.flatMap(([file, artifact, generation]) => {
      const found = contradictions(file, artifact, generation);
      if (found.length === 0) this.#passed?.add(contentKey(file.digest, generation));
      return found;
    });
  }
}
