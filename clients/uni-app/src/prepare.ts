/** One wait: what the login needs is fetched while the person types. */

import type { Line } from './http'
import type { Wechat } from './wechat'

interface Parts {
  readonly http: Line
  readonly identity: Wechat
}

/** A page that is left open for longer has nobody before it. */
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
      // `login` starts, and opens its connections. For the person this costs nothing, for the owner one read.
      await http.call('POST /renew', { ticket }, {})
    }

    void round().catch(ignored)
    return () => {
      stopped = true
      if (timer !== undefined) clearTimeout(timer)
    }
  }
}

/** Most people here have no login to renew, some no WeChat. What else goes wrong, the login meets again and tells. */
function ignored(): void {}
