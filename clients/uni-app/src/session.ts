/** Who is logged in, until when. */

import { isRecord } from './shape'
import { type Stored, stored } from './stored'

/** A login. */
export interface Session {
  readonly token: string
  readonly userId: string
  /** Milliseconds since the epoch, by this device's clock. */
  readonly expiresAt: number
}

export interface Sessions {
  /** The session, unless it has expired. */
  current(): Session | undefined
  /** The session, expired or not. */
  kept(): Session | undefined
  keep(session: Session): Promise<void>
  /** Forgets the session, if it is still the one with this token. */
  forget(token?: string): Promise<void>
}

/** A token that ends while the request is on its way is of no use. */
const MARGIN_MS = 10_000

export function sessions(key: string): Sessions {
  const store: Stored<Session> = stored(key, isSession)
  return {
    current() {
      const session = store.read()
      return session && session.expiresAt - MARGIN_MS > Date.now() ? session : undefined
    },
    kept: store.read,
    keep: (session) => store.write(session),
    async forget(token) {
      if (token === undefined || store.read()?.token === token) await store.write(undefined)
    },
  }
}

function isSession(data: unknown): data is Session {
  return (
    isRecord(data) &&
    typeof data['token'] === 'string' &&
    typeof data['userId'] === 'string' &&
    typeof data['expiresAt'] === 'number'
  )
}
