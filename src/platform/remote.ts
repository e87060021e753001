/** Servers and code of the host, for `ports.ts`. Node's client of HTTP is loaded with the first request. */

import type { Remote, Timer } from "../ports.ts";

/** Secrets and proxies are those of these variables. */
export function openRemote(env: Readonly<Record<string, string | undefined>>): Remote {
  const http: Remote["http"] = {
    variable: (name) => (Object.hasOwn(env, name) ? env[name] || undefined : undefined),
    send: async (request, limits) => (await import("./http-client.ts")).send(request, limits),
  };
  return { http, timer };
}

const timer: Timer = {
  async within(milliseconds, work) {
    const abort = new AbortController();
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timeout = setTimeout(() => resolve(null), milliseconds);
    });
    try {
      const answer = await Promise.race([work(abort.signal).then((value) => ({ value })), late]);
      if (answer === null) abort.abort();
      return answer;
    } finally {
      clearTimeout(timeout);
    }
  },
};
