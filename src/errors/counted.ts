/**
 * `1 event`, `2 events`: every number of things in a sentence. `things` is the plural where `thing` with an s is not.
 */
export function counted(count: number, thing: string, things = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : things}`;
}
