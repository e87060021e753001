/** Checks of artifacts that are done after everything else: what they need is loaded only where one has not passed before. */

import type { Fault } from "../../errors/base.ts";
import type { Digest } from "../../json/canonical.ts";
import type { CheckCache } from "../../ports.ts";
import { contentKey, type PassedAs } from "./contents.ts";
import type { ArtifactChecks } from "./verify.ts";

export class DeferredChecks implements ArtifactChecks {
  readonly #cache: CheckCache | null;
  readonly #waiting: Parameters<ArtifactChecks["verify"]>[] = [];
  #unknown: Digest | null = null;

  constructor(cache: CheckCache | null) {
    this.#cache = cache;
  }

  isKnown(manifest: Digest): boolean {
    if (this.#has(manifest, "manifest")) return true;
    this.#unknown = manifest;
    return false;
  }

  /** Finds nothing yet. */
  verify(...asked: Parameters<ArtifactChecks["verify"]>): readonly Fault[] {
    const [{ digest }, , generation] = asked;
    if (!this.#has(digest, generation)) this.#waiting.push(asked);
    return [];
  }

  async faults(): Promise<readonly Fault[]> {
    if (this.#waiting.length === 0) return [];
    const { contradictions } = await import("./verify-contents.ts");
    return this.#waiting.flatMap(([file, artifact, generation]) => {
      const found = contradictions(file, artifact, generation);
      if (found.length === 0) this.#cache?.add(contentKey(file.digest, generation));
      return found;
    });
  }

  /** Remembers the manifest: nothing was found in its snapshot. */
  setKnown(): void {
    if (this.#unknown === null) return;
    for (const as of ["manifest", "identity"] as const) this.#cache?.add(contentKey(this.#unknown, as));
  }

  #has(digest: Digest, as: PassedAs): boolean {
    return this.#cache?.has(contentKey(digest, as)) ?? false;
  }
}
