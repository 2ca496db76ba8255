/** Fetches what the login needs while the person types, so that they wait only once. */

import type { Line } from './http'
import type { Wechat } from './wechat'

interface Parts {
  readonly http: Line
  readonly identity: Wechat
}

/** After this time, nobody is looking at the open page any more. */
const LONGEST_MS = 15 * 60_000

export function preparing({ http, identity }: Parts): () => () => void {
  return () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let stopped = false
    const until = Date.now() + LONGEST_MS

    const round = async (): Promise<void> => {
      if (stopped) return
      const { ticket, expiresAt } = await identity.prepare()
      if (stopped) return
      if (expiresAt < until) timer = setTimeout(() => void round().catch(ignored), Math.max(expiresAt - Date.now(), 1000))
      // `login` starts and opens its connections. The person waits for nothing; the owner pays for one read.
      await http.call('POST /renew', { ticket }, {})
    }

    void round().catch(ignored)
    return () => {
      stopped = true
      if (timer !== undefined) clearTimeout(timer)
    }
  }
}

/** Most people here have no login to renew, and some have no WeChat. The login itself reports all other failures. */
function ignored(): void {}
