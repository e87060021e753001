/** What a name inside an artifact means. */

import { memoize } from "../plan/analysis/memoize.ts";
import { codeOf, isFqdn } from "../snapshot/fqdn.ts";
import { grouped } from "./grouped.ts";
import type { QueryModel } from "./model.ts";

/** Full names by code. */
const byCode = memoize((artifacts: QueryModel["artifacts"]) =>
  grouped(
    [...artifacts.values()].map(({ fqdn }) => fqdn),
    codeOf,
  ),
);

export function namesOfCode(code: string, { artifacts }: Pick<QueryModel, "artifacts">): readonly string[] {
  return byCode(artifacts).get(code) ?? [];
}

/**
 * The artifact that a text in an artifact of `namespace` names: a full name, whether or not the snapshot has it; a code
 * in the same namespace, or else one that only one artifact has. Undefined for any other text.
 */
export function namedBy(
  text: string,
  namespace: string,
  model: Pick<QueryModel, "artifacts">,
): string | undefined {
  if (isFqdn(text)) return CODE.test(codeOf(text)) ? text : undefined;
  if (!CODE.test(text)) return undefined;
  if (model.artifacts.has(`${namespace}::${text}`)) return `${namespace}::${text}`;
  const [only, ...others] = namesOfCode(text, model);
  return others.length === 0 ? only : undefined;
}

const CODE = /^[A-Z]+_[A-Z0-9_]+$/;
