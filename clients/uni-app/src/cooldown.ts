/** How long a number waits for its next code. The end is stored as a time, so that it outlives the page. */

import { sameNumber } from './phone-number'
import type { Platform } from './platform'
import { isRecord } from './shape'
import { stored } from './stored'

/** The last number that got a code. */
interface Sent {
  readonly phoneNumber: string
  readonly seconds: number
  readonly endsAt: number
}

export interface Cooldown {
  begin(phoneNumber: string, seconds: number): Promise<void>
  /** Whole seconds, rounded up; 0 for any other number. */
  left(phoneNumber: string): number
  /** The number with a running cooldown. */
  phoneNumber(): string | undefined
  /** Calls `tell` with the seconds left, now and each second until they are 0. Returns a function that stops it. */
  watch(phoneNumber: string, tell: (seconds: number) => void): () => void
  end(): Promise<void>
}

export function cooldown(platform: Platform, key: string): Cooldown {
  const store = stored(platform, key, isSent)

  const left = (phoneNumber: string): number => {
    const sent = store.read()
    if (!sent || !sameNumber(sent.phoneNumber, phoneNumber)) return 0
    // Never longer than the full cooldown, even if the clock was set back.
    return Math.max(0, Math.min(sent.seconds, Math.ceil((sent.endsAt - Date.now()) / 1000)))
  }

  return {
    begin: (phoneNumber, seconds) =>
      store.write({ phoneNumber, seconds, endsAt: Date.now() + seconds * 1000 }),
    left,
    phoneNumber() {
      const sent = store.read()
      return sent && left(sent.phoneNumber) > 0 ? sent.phoneNumber : undefined
    },
    watch(phoneNumber, tell) {
      // Timers pause while the app is in the background, so each tick reads the clock.
      const timer = setInterval(tick, 1000)
      function tick(): void {
        const seconds = left(phoneNumber)
        if (seconds === 0) clearInterval(timer)
        tell(seconds)
      }
      tick()
      return () => clearInterval(timer)
    },
    end: () => store.write(undefined),
  }
}

function isSent(data: unknown): data is Sent {
  return (
    isRecord(data) &&
    typeof data['phoneNumber'] === 'string' &&
    typeof data['seconds'] === 'number' &&
    typeof data['endsAt'] === 'number'
  )
}
