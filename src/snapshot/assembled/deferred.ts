/** Checks of artifacts that are done after everything else: what they need is loaded only where one has not passed before. */

import type { Fault } from "../../errors/base.ts";
import type { Digest } from "../../json/canonical.ts";
import type { CheckCache } from "../../ports.ts";
import { contentKey } from "./contents.ts";
import type { ArtifactChecks, CheckedAs } from "./verify.ts";

export class DeferredChecks implements ArtifactChecks {
  readonly #cache: CheckCache | null;
  readonly #waiting: Parameters<ArtifactChecks["verify"]>[] = [];
  #root: Digest | null = null;
  /** The digests of the files of a snapshot in which nothing was found before. */
  #known: ReadonlySet<Digest> = new Set();

  constructor(cache: CheckCache | null) {
    this.#cache = cache;
  }

  setListed(root: Digest, digests: ReadonlySet<Digest>): void {
    this.#root = root;
    if (this.#has(root, "snapshot")) this.#known = digests;
  }

  /** A file that is listed has passed with its root; one in the place of another is refused as changed. */
  hasPassed(digest: Digest, as: CheckedAs): boolean {
    return this.#known.has(digest) || this.#has(digest, as);
  }

  setPassed(digest: Digest): void {
    this.#cache?.add(contentKey(digest, "JSON"));
  }

  /** Finds nothing yet. */
  verify(...asked: Parameters<ArtifactChecks["verify"]>): readonly Fault[] {
    const [{ digest }, , generation] = asked;
    if (!this.hasPassed(digest, generation)) this.#waiting.push(asked);
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

  /** Remembers the snapshot, in which nothing was found. */
  setValid(): void {
    if (this.#root !== null && this.#known.size === 0) this.#cache?.add(contentKey(this.#root, "snapshot"));
  }

  #has(digest: Digest, as: CheckedAs | "snapshot"): boolean {
    return this.#cache?.has(contentKey(digest, as)) ?? false;
  }
}
