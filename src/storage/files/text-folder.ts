/** Documents of text as files below a folder of the data root. */

import type { Digest } from "../../json/canonical.ts";
import { sha256Hex } from "../../json/sha256.ts";
import type { DataRoot, StoreFile } from "../../ports.ts";
import type { TextFolder } from "../text-folder.ts";

/** The documents below a path of the data root. @throws RunFault `STORE_PATH_ESCAPES` */
export function openTexts(data: DataRoot, folder: string): TextFolder {
  const { name } = data.store(folder);
  const written = new Set<StoreFile>();
  const at = (path: string) => data.store(`${name}/${path}`);
  return {
    name,
    async digest(path) {
      const bytes = at(path).read();
      return bytes && (sha256Hex(bytes) as Digest);
    },
    async write(path, text) {
      const file = at(path);
      await file.locked(() => file.replace(text));
      written.add(file);
    },
    async sync() {
      for (const file of written) {
        await file.sync();
        written.delete(file);
      }
    },
  };
}
