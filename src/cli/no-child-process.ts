/** Stands in for `node:child_process` in the bundle: nothing here may start another program. */

function refuse(): never {
  throw new Error("this program starts no other programs");
}

export const spawn = refuse;
export default { spawn };
