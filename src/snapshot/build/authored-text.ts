/** One authored text: finds the places of fields, and what keeps its Machine block from being read. */

import { lineFinder } from "../../json/text.ts";
import { contentOffsets, type FieldOffsets } from "../derive.ts";
import type { Path } from "../hint.ts";
import type { Spot } from "./problem.ts";

export class AuthoredText {
  readonly text: string;
  readonly #lineAt: (offset: number) => number;
  #find: ((path: readonly string[]) => FieldOffsets | undefined) | undefined;

  constructor(text: string) {
    this.text = text;
    this.#lineAt = lineFinder(text);
  }

  spot(offset: number): Spot {
    return { line: this.#lineAt(offset), column: offset - this.text.lastIndexOf("\n", offset - 1) };
  }

  /** The one word without quotes that a field has for its value, as it is written; null for any other value. */
  wordAt(path: Path): string | null {
    this.#find ??= contentOffsets(this.text);
    const found = this.#find(path.map(String));
    return found === undefined ? null : (/^[^\s,[\]{}"'#]+/.exec(this.text.slice(found.value))?.[0] ?? null);
  }

  /** Where a field of the Machine block or its value begins; of an absent one, its nearest parent. */
  at(path: Path, part: "key" | "value" = "key"): Spot {
    this.#find ??= contentOffsets(this.text);
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length).map(String));
      if (found !== undefined) return this.spot(length < path.length ? found.key : found[part]);
    }
    return this.spot(this.#find([])?.value ?? 0);
  }
}
