/** Checks of artifacts against their own contents, which are not repeated for a file that has passed before. */

import type { Fault } from "../errors/base.ts";
import type { Digest } from "../json/canonical.ts";
import type { CheckCache } from "../ports.ts";
import type { Artifact } from "./artifact.ts";

export interface ContentFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Everything wrong with a file from its own contents. */
export type VerifyContent = (file: ContentFile) => readonly Fault[];

/** How a form of snapshot checks an artifact from its own contents. */
export interface ContentRule {
  /** Loads what checks: a YAML parser, for some forms. */
  load(): Promise<VerifyContent>;
  /** What a file that has passed is remembered by: what passes in one form may not pass in another. */
  key(digest: Digest): string;
}

interface CheckedFile extends ContentFile {
  readonly digest: Digest;
}

/** Checks files against their own contents, unless they passed before. */
export class ContentChecks {
  readonly #rule: ContentRule;
  readonly #passed: CheckCache | null;
  readonly #waiting = new Map<Digest, CheckedFile>();
  #verify: VerifyContent | null;

  /** Without `verify`, every check is put off. */
  constructor(rule: ContentRule, passed: CheckCache | null, verify: VerifyContent | null) {
    this.#rule = rule;
    this.#passed = passed;
    this.#verify = verify;
  }

  /** @throws SnapshotFault, SealFault */
  check(file: CheckedFile): void {
    if (this.#passed?.has(this.#rule.key(file.digest))) return;
    if (this.#verify === null) this.#waiting.set(file.digest, file);
    else this.#require(file, this.#verify);
  }

  async confirm(artifacts: Iterable<Artifact>): Promise<void> {
    const files = [...artifacts].flatMap((one) => this.#waiting.get(one.sha256) ?? []);
    if (files.length === 0) return;
    const verify = await this.#rule.load();
    this.#verify = verify;
    for (const file of files) {
      this.#require(file, verify);
      this.#waiting.delete(file.digest);
    }
  }

  #require(file: CheckedFile, verify: VerifyContent): void {
    const flaw = verify(file)[0];
    if (flaw !== undefined) throw flaw;
    this.#passed?.add(this.#rule.key(file.digest));
  }
}
