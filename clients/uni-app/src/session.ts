/** The logged-in session and its end. */

import type { Platform } from './platform'
import { isRecord } from './shape'
import { stored } from './stored'

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
  /** Whether the session is valid but close to its end. */
  isEnding(): boolean
  keep(token: { readonly token: string; readonly userId: string; readonly expiresIn: number }): Promise<Session>
  /** Forgets the session if it still has this token; returns whether it had. */
  forget(token?: string): Promise<boolean>
  /** Forgets the session, and records that the back end does not know of the logout yet. */
  leave(): Promise<void>
  hasLeft(): boolean
  /** The back end knows of the logout now. */
  settled(): Promise<void>
}

/** A token must outlive the request. */
const MARGIN_MS = 10_000

/** A token is renewed this long before its end, or in the last tenth of its life. */
const EARLY_MS = 300_000

export function sessions(platform: Platform, key: string): Sessions {
  const store = stored<Session | Left>(platform, key, isSessionOrLeft)
  let early = EARLY_MS
  const kept = (): Session | undefined => {
    const found = store.read()
    return found && 'token' in found ? found : undefined
  }
  const hasLeft = () => store.read() !== undefined && !kept()
  const current = (): Session | undefined => {
    const session = kept()
    return session && session.expiresAt - MARGIN_MS > Date.now() ? session : undefined
  }
  return {
    current,
    kept,
    isEnding() {
      const session = current()
      return session !== undefined && session.expiresAt - early <= Date.now()
    },
    async keep({ token, userId, expiresIn }) {
      const session = { token, userId, expiresAt: Date.now() + expiresIn * 1000 }
      early = Math.min(EARLY_MS, expiresIn * 100)
      await store.write(session)
      return session
    },
    async forget(token) {
      const session = kept()
      if (!session || (token !== undefined && session.token !== token)) return false
      await store.write(undefined)
      return true
    },
    leave: () => store.write({ loggedOut: true }),
    hasLeft,
    async settled() {
      if (hasLeft()) await store.write(undefined)
    },
  }
}

interface Left {
  readonly loggedOut: true
}

function isSessionOrLeft(data: unknown): data is Session | Left {
  if (!isRecord(data)) return false
  if (data['loggedOut'] === true) return true
  return (
    typeof data['token'] === 'string' && typeof data['userId'] === 'string' && typeof data['expiresAt'] === 'number'
  )
}
