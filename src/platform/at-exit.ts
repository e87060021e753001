/** Work that must not be lost when the process ends, even where a program ends it itself: but not where it is killed. */

const waiting = new Set<() => void>();
let isListening = false;

/** Does the work when the process ends, unless the returned function is called before. It cannot wait for anything. */
export function atExit(work: () => void): () => void {
  waiting.add(work);
  listen();
  return () => waiting.delete(work);
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  // Before the listeners that give up the locks of the process.
  process.prependListener("exit", () => {
    for (const work of waiting) work();
  });
}
