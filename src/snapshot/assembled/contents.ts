/** How an artifact of an assembled snapshot is checked from its own contents. */

import { sha256 } from "../../json/canonical.ts";
import type { ContentRule } from "../content-checks.ts";
import type { Manifest } from "./manifest.ts";

export function contentRule({ constituents }: Manifest): ContentRule {
  const form = constituents === null ? "release 9" : "v5";
  return {
    load: async () => () => [],
    // What passes here may not pass in another form.
    key: (digest) => sha256(`${form} ${digest}`),
  };
}
