/** The stores of a run as files below a data root, in the formats that the Python runtimes read. */

import { openDataRoot } from "../../platform/data-root.ts";
import type { DataRootOptions } from "../../platform/store-file.ts";
import type { DataRoot, StoreFile, StoreFileReader } from "../../ports.ts";
import type { OverlayStores, Store, StoreKind, StoreKinds, StoreReaders, Stores } from "../stores.ts";
import { eventQuery } from "./event-query.ts";
import { documentReader, nameReader, openDocument, openNames } from "./json-document.ts";
import { openRegistry, registryReader } from "./key-registry.ts";
import { overlayRoot } from "./overlay-root.ts";
import { logReader, openLog } from "./record-log.ts";
import { openTexts } from "./text-folder.ts";

const openers: { readonly [K in StoreKind]: (file: StoreFile) => StoreKinds[K] } = {
  registry: openRegistry,
  log: openLog,
  document: openDocument,
  names: openNames,
};

const readers: { readonly [K in StoreKind]: (file: StoreFileReader) => StoreReaders[K] } = {
  registry: registryReader,
  log: logReader,
  document: documentReader,
  names: nameReader,
};

/** The stores below the folder `root`, which need not exist: the first write makes it. */
export function openStores(root: string, options: Partial<DataRootOptions> = {}): Stores {
  return fileStores(openDataRoot(root, options));
}

/** The stores in the files of a data root. */
export function fileStores(data: DataRoot): Stores {
  const stores = new WeakMap<StoreFile, Store>();
  return {
    at(path) {
      const file = data.store(path);
      const store = stores.get(file) ?? fileStore(file);
      stores.set(file, store);
      return store;
    },
    texts: (path) => openTexts(data, path),
    events: eventQuery(data),
    overlay: () => overlayStores(data),
  };
}

/** The store in one file. */
export function fileStore(file: StoreFile): Store {
  const opened: { [K in StoreKind]?: StoreKinds[K] } = {};
  return {
    name: file.name,
    open<K extends StoreKind>(kind: K): StoreKinds[K] {
      const known: StoreKinds[K] | undefined = opened[kind];
      if (known !== undefined) return known;
      const store = openers[kind](file);
      opened[kind] = store;
      return store;
    },
    reader: (kind) => readers[kind](file),
    async lastChanged() {
      const stamp = file.stamp();
      return stamp && toSecond(stamp.modified);
    },
    lockHolder: async () => file.holder(),
    sync: () => file.sync(),
  };
}

/** Not more exactly: file systems record a moment that is some milliseconds old. */
function toSecond(nanoseconds: string): string {
  return new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString().replace(/\.\d+Z$/, "Z");
}

function overlayStores(data: DataRoot): OverlayStores {
  const root = overlayRoot(data);
  return {
    ...fileStores(root),
    written: () => root.written(),
    content: async (name) => root.store(name).read(),
  };
}
